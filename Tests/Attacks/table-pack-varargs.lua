-- Attacks: arguments without end
-- Source: study of attacks, row 15
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local function f(...) return f(1, ...) end
f()
