-- Attacks: a long chain of __index
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
local t = {} for i = 1, 1900 do t = setmetatable({}, { __index = t }) end for i = 1, 1e4 do local x = t.x end
