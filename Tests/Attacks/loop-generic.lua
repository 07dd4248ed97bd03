-- Attacks: an iterator without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
for i in function() return 1 end do end
