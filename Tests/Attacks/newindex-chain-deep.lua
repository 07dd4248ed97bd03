-- Attacks: a chain of __newindex
-- Source: study of attacks, row 15
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local t = {} for i = 1, 1900 do t = setmetatable({}, { __newindex = t }) end
while true do t.x = nil end
