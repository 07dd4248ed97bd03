-- Attacks: assert in a loop
-- Source: promise: Sandbox
-- At top level: budget
-- As handler: budget
while true do pcall(assert, false, "x") end
