-- Attacks: a unary metamethod that calls itself
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local m = {} m.__unm = function(a) return -a end
return -setmetatable({}, m)
