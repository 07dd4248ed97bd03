-- Attacks: %q of what has no literal
-- Source: promise: Budgets
-- At top level: ok false
-- As handler: ok false
return pcall(string.format, "%q", {})
