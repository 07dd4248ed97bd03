-- Attacks: a comparator that contradicts itself
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
local t = {} for i = 1, 1000 do t[i] = i end table.sort(t, function() return math.random(2) == 1 end)
