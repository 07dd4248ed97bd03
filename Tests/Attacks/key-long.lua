-- Attacks: long texts as keys
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local t = {}
for i = 1, 1e6 do t[("x"):rep(300000) .. i] = 1 t = {} end
