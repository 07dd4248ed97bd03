-- Attacks: a callback that runs without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
return (("x"):gsub("x", function() while true do end end))
