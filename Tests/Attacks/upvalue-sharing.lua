-- Attacks: two closures, one upvalue, after the coroutine is gone
-- Source: Lua's own tests
-- At top level: ok 5
-- As handler: ok 5
local get, set
coroutine.wrap(function() local x = 1 get = function() return x end set = function(v) x = v end end)()
set(5)
return get()
