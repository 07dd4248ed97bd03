-- Attacks: coroutines without end
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local t = {} while true do t[#t + 1] = coroutine.create(print) end
