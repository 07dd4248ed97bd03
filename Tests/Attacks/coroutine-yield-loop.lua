-- Attacks: yields without end
-- Source: study of attacks, row 11
-- At top level: budget
-- As handler: budget
local co = coroutine.wrap(function() while true do coroutine.yield() end end)
while true do co() end
