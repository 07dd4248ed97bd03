-- Attacks: pcall inside pcall inside pcall
-- Source: study of attacks, row 8; OpenComputers #211
-- At top level: budget
-- As handler: budget
local function f(n) if n > 0 then pcall(f, n - 1) end while true do end end
f(150)
