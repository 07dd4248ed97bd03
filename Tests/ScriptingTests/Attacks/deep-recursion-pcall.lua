-- done|error|memory|budget: recursion through pcall
local function f() return pcall(f) end return f()
