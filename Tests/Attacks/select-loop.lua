-- Attacks: quadratic walks over the arguments
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local t = {} for i = 1, 8000 do t[i] = i end
while true do select("#", select(2, table.unpack(t))) end
