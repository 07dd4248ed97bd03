-- Attacks: a table that is its own metatable
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local t = {} t.__index = t t.__newindex = t setmetatable(t, t) return t.x
