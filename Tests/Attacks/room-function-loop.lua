-- Attacks: host calls without end
-- Source: promise: Budgets
-- At top level: error
-- As handler: budget
while true do room.log("info", "x") end
