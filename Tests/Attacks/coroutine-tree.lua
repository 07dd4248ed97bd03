-- Attacks: coroutines too short for a hook
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local function t(n) if n == 0 then return end coroutine.wrap(t)(n - 1) coroutine.wrap(t)(n - 1) end while true do t(12) end
