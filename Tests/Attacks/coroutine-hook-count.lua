-- Attacks: short coroutines, each below the hook's interval
-- Source: study of attacks, row 11; zepto8 #15
-- At top level: budget
-- As handler: budget
local function spin() for i = 1, 90 do end end
while true do coroutine.wrap(spin)() end
