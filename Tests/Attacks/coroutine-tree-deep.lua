-- Attacks: a tree of coroutines
-- Source: study of attacks, row 11
-- At top level: budget
-- As handler: budget
local function node(n) if n > 0 then coroutine.wrap(node)(n - 1) coroutine.wrap(node)(n - 1) end end
node(30)
