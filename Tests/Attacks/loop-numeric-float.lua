-- Attacks: a float loop that never arrives
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
for i = 1, math.huge, 0.5 do end
