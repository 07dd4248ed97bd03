-- Attacks: padding without end
-- Source: promise: Budgets
-- At top level: ok 300000
-- As handler: ok 300000
return pcall(string.pack, "c380000", "x") and #string.pack("c300000", "x")
