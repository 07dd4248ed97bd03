-- Attacks: widths that are too large
-- Source: promise: Budgets
-- At top level: ok false
-- As handler: ok false
return pcall(string.format, "%1000d", 1)
