-- Attacks: a forged end of the budget can be caught
-- Source: promise: Budgets
-- At top level: ok false
-- As handler: ok false
return pcall(error, "budget of 5000000 instructions is used up")
