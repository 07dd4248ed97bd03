-- Attacks: the length of a list with holes
-- Source: study of determinism
-- At top level: ok "1 0 0 0 0 1 7 8 9 15 16 12 13 14 15 16 17 18 24 20 21 22 23 24 25 31 32 28 29 30 31 32 33 34 40 36 37 38 39 40 41 42 48 44 45 46 47 48 49 50 56 52 53 54 55 56 57 63 64 60"
-- As handler: ok "1 0 0 0 0 1 7 8 9 15 16 12 13 14 15 16 17 18 24 20 21 22 23 24 25 31 32 28 29 30 31 32 33 34 40 36 37 38 39 40 41 42 48 44 45 46 47 48 49 50 56 52 53 54 55 56 57 63 64 60"
local r = {}
for i = 1, 60 do local t = {} for j = 1, i do t[j] = j end t[i // 2] = nil t[i // 3] = nil t[i + 5] = 1 r[i] = #t end
return table.concat(r, " ")
