-- Attacks: tail calls without end
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local function f() return f() end return f()
