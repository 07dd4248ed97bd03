-- Attacks: a comparator that runs without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
table.sort({ 2, 1 }, function() while true do end end)
