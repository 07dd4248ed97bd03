-- Attacks: one block of everything
-- Source: study of attacks, row 16
-- At top level: memory
-- As handler: memory
local t = table.move({}, 1, 0, 1) for i = 1, 24 do t[2 ^ i] = i end for i = 1, 1e7 do t[i] = i end
