-- Attacks: tail calls to each other
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
local a, b
function a() return b() end
function b() return a() end
a()
