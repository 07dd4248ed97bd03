-- budget|error|done: a long chain of __index
local t = {} for i = 1, 1900 do t = setmetatable({}, { __index = t }) end for i = 1, 1e4 do local x = t.x end
