-- Attacks: the table of colliding keys is laid out anew each time
-- Source: study of attacks, row 16
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local t = {}
for i = 1, 16384 do t[i * 16383] = i end
for i = 1, 1e9 do t[i * 16383] = nil t[(16384 + i) * 16383] = 1 end
