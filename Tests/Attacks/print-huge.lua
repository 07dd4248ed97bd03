-- Attacks: prints what is long
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
for i = 1, 100 do print(("x"):rep(300000)) end
