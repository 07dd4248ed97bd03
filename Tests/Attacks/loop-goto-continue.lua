-- Attacks: a loop of goto
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
::top:: local x = 1 goto top
