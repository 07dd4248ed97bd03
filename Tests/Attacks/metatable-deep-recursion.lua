-- Attacks: metamethods that call each other
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local m = {} m.__add = function(a, b) return a + b end
return setmetatable({}, m) + 1
