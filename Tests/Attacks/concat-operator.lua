-- Attacks: a text that doubles
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local s = "x"
for i = 1, 64 do s = s .. s end
return #s
