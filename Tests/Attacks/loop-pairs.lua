-- Attacks: a __pairs that runs without end
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
for k in pairs(setmetatable({}, { __pairs = function() return function() return 1 end end })) do end
