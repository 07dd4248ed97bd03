-- done|error|memory|budget: 5.4.4 overflows the C stack closing a chain
local co for i = 1, 1e4 do local inner = co co = coroutine.create(function() local x <close> = setmetatable({}, {}) coroutine.yield() end) coroutine.resume(co) if inner then pcall(coroutine.close, inner) end end
