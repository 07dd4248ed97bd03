-- budget: tail calls without end
local function f() return f() end return f()
