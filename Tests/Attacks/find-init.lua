-- Attacks: starting positions out of range
-- Source: promise: Budgets
-- At top level: ok 2
-- As handler: ok 2
return ("abc"):find("b", math.mininteger), ("abc"):find("", math.maxinteger), ("abc"):find("", 4)
