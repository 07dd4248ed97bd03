-- Attacks: a long stack in an error
-- Source: study of attacks, row 17
-- At top level: error
-- As handler: error
local function f(n) if n == 0 then error("deep") end return (f(n - 1)) end
f(20000)
