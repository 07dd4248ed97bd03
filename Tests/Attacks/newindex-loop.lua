-- Attacks: an endless chain of __newindex
-- Source: study of attacks
-- At top level: error
-- As handler: error
local t = {} setmetatable(t, { __newindex = t }) t.x = 1
