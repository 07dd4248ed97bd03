-- Attacks: keys that collide in one table
-- Source: study of attacks, row 16
-- At top level: ok 0
-- As handler: ok 0
local t = {}
for i = 1, 16384 do t[i * 16383] = i end
return #t
