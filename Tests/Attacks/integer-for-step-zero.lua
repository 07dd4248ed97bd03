-- Attacks: a loop with a step of 0
-- Source: promise: Budgets
-- At top level: error
-- As handler: error
for i = 1, 10, 0 do end
