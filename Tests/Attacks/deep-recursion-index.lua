-- Attacks: recursion through __index
-- Source: study of attacks
-- At top level: error
-- As handler: error
local t t = setmetatable({}, { __index = function(_, k) return t[k] end }) return t.x
