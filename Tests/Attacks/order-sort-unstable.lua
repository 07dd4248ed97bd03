-- Attacks: the order of equal elements
-- Source: study of determinism
-- At top level: ok
-- As handler: ok
local t = {}
for i = 1, 500 do t[i] = { i % 5, i } end
table.sort(t, function(a, b) return a[1] < b[1] end)
local r = {}
for i = 1, 500 do r[i] = t[i][2] end
return table.concat(r, " ")
