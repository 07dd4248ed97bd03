-- Attacks: a loop without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
repeat until false
