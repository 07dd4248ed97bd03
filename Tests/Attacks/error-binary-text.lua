-- Attacks: an error text of all bytes
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
local t = {} for i = 0, 255 do t[#t + 1] = string.char(i) end
error(table.concat(t), 0)
