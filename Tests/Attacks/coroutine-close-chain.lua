-- Attacks: 5.4.4 overflows the C stack closing a chain
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
local co for i = 1, 1e4 do local inner = co co = coroutine.create(function() local x <close> = setmetatable({}, {}) coroutine.yield() end) coroutine.resume(co) if inner then pcall(coroutine.close, inner) end end
