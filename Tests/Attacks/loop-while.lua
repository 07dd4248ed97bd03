-- Attacks: a loop without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
while true do end
