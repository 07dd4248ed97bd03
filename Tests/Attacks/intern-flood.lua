-- Attacks: many small texts
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local t = {} for i = 1, 1e9 do t[i % 10000] = 'k' .. i end
