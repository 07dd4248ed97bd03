-- Attacks: the longest number
-- Source: promise: Budgets
-- At top level: ok 409
-- As handler: ok 409
return #string.format("%.99f", 1.7976931348623157e308)
