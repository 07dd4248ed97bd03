-- Attacks: a width as argument
-- Source: promise: Budgets
-- At top level: ok false
-- As handler: ok false
return pcall(string.format, "%*d", 5, 1)
