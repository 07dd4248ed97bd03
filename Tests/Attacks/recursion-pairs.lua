-- Attacks: pairs within __pairs
-- Source: study of attacks, row 19
-- At top level: ok false
-- As handler: ok false
local t t = setmetatable({}, { __pairs = function() return pairs(t) end })
return pcall(pairs, t)
