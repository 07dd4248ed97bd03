-- error: an endless chain of __newindex
local t = {} setmetatable(t, { __newindex = t }) t.x = 1
