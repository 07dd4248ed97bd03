-- Attacks: a yield across pcall, which is allowed
-- Source: promise: Sandbox
-- At top level: ok 1
-- As handler: ok 1
local co = coroutine.wrap(function() return pcall(function() coroutine.yield(1) error("x", 0) end) end)
local first = co()
return first, select(2, co())
