-- Attacks: a table with __index as replacement
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
return (("x"):gsub(".", setmetatable({}, { __index = function() while true do end end })))
