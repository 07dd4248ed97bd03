-- Attacks: coroutines inside each other
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local function f(n) return coroutine.wrap(function() return f(n + 1) end)() end
f(1)
