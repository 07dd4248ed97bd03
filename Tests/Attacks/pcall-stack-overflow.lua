-- Attacks: caught stack overflows
-- Source: study of attacks, row 19
-- At top level: memory
-- As handler: memory
local function f() return 1 + f() end
local n = 0
while n < 3 do pcall(f) n = n + 1 end
return n
