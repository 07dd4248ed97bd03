-- Attacks: levels beyond the stack
-- Source: promise: Budgets
-- At top level: ok false
-- As handler: ok false
return pcall(error, "x", math.maxinteger), pcall(error, "x", -5)
