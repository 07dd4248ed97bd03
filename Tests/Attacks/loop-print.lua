-- Attacks: printing without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
while true do print("x") end
