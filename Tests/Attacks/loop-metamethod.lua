-- Attacks: a metamethod that runs without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
return #setmetatable({}, { __len = function() while true do end end })
