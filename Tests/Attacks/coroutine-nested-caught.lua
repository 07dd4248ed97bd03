-- Attacks: coroutines inside each other, caught
-- Source: study of attacks, row 19
-- At top level: ok true
-- As handler: ok true
local depth = 0
local function f() depth = depth + 1 local ok = pcall(coroutine.wrap(f)) end
f()
return depth > 50 and depth < 250
