-- Attacks: a tostring that runs without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
return tostring(setmetatable({}, { __tostring = function() while true do end end }))
