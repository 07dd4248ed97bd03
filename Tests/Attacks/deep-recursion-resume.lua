-- Attacks: recursion through resume
-- Source: study of attacks
-- At top level: error
-- As handler: error
local function f() return coroutine.wrap(f)() end return f()
