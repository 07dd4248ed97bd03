-- Attacks: an equality that runs without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
local m = { __eq = function() while true do end end }
return setmetatable({}, m) == setmetatable({}, m)
