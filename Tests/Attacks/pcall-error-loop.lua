-- Attacks: error in a loop
-- Source: promise: Sandbox
-- At top level: budget
-- As handler: budget
while true do pcall(error, {}) end
