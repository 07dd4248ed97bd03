-- Attacks: an endless chain of __index
-- Source: study of attacks
-- At top level: error
-- As handler: error
local t = {} setmetatable(t, { __index = t }) return t.x
