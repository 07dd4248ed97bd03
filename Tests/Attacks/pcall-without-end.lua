-- Attacks: pcall of pcall
-- Source: study of attacks, row 8
-- At top level: ok true
-- As handler: ok true
local function f() return pcall(pcall, f) end
return f()
