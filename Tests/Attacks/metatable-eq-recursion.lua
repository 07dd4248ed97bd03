-- Attacks: an equality that compares
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local m = {} m.__eq = function(a, b) return a == b end
return setmetatable({}, m) == setmetatable({}, m)
