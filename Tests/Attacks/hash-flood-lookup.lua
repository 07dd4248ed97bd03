-- Attacks: colliding keys are looked up
-- Source: study of attacks, row 16
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local t = {}
for i = 1, 16384 do t[i * 16383] = i end
while true do local x = t[16383] end
