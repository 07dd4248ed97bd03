-- Attacks: an assignment to a constant
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local x <const> = 1
x = 2
