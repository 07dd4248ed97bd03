-- error: an endless chain of __index
local t = {} setmetatable(t, { __index = t }) return t.x
