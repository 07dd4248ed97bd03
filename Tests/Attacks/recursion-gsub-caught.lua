-- Attacks: gsub within a callback, caught
-- Source: study of attacks, row 19
-- At top level: ok false
-- As handler: ok false
local function f() return ("x"):gsub("x", f) end
return pcall(f)
