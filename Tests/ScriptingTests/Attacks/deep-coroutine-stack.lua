-- memory|error|budget: deep stacks in many coroutines
local t = {} for i = 1, 1e4 do t[i] = coroutine.create(function() local function f(n) if n == 0 then coroutine.yield() end return 1 + f(n - 1) end f(5000) end) coroutine.resume(t[i]) end
