-- Attacks: a comparator that changes the list
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
local t = {} for i = 1, 100 do t[i] = i end table.sort(t, function(a, b) t[#t + 1] = 1 t[1] = nil return a < b end)
