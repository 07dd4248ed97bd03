-- Attacks: recursion without end
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local function f(n) return f(n + 1) + 1 end
return f(1)
