-- Attacks: very many keys
-- Source: study of attacks, row 16
-- At top level: memory
-- As handler: memory
local t = {}
for i = 1, 1e6 do t["k" .. i] = i end
