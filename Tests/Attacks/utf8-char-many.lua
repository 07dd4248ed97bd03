-- Attacks: many characters at once
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
local t = {} for i = 1, 8000 do t[i] = 0x10FFFF end
while true do utf8.char(table.unpack(t)) end
