-- Attacks: a chain of __index
-- Source: study of attacks, row 15
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local t = {} for i = 1, 1900 do t = setmetatable({}, { __index = t }) end
while true do local x = t.x end
