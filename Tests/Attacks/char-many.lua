-- Attacks: many characters
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
local t = {} for i = 1, 8000 do t[i] = 65 end
while true do string.char(table.unpack(t)) end
