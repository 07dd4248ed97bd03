-- error|memory: recursion through resume
local function f() return coroutine.wrap(f)() end return f()
