-- Attacks: a chain of __index beyond the library's limit
-- Source: study of attacks, row 15
-- At top level: error
-- As handler: error
local t = {} for i = 1, 2500 do t = setmetatable({}, { __index = t }) end
return t.x
