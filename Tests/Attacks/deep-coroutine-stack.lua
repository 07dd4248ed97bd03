-- Attacks: deep stacks in many coroutines
-- Source: study of attacks
-- At top level: memory
-- As handler: memory
local t = {} for i = 1, 1e4 do t[i] = coroutine.create(function() local function f(n) if n == 0 then coroutine.yield() end return 1 + f(n - 1) end f(5000) end) coroutine.resume(t[i]) end
