-- Attacks: recursion through gsub
-- Source: study of attacks
-- At top level: error
-- As handler: error
local function f() return ('x'):gsub('x', f) end return f()
