-- Attacks: recursion through pcall
-- Source: study of attacks
-- At top level: ok true
-- As handler: ok true
local function f() return pcall(f) end return f()
