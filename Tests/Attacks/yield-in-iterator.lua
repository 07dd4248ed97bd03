-- Attacks: a yield in an iterator
-- Source: promise: Sandbox
-- At top level: ok "value"
-- As handler: ok "value"
local co = coroutine.wrap(function() for x in coroutine.yield do return x end end)
co()
return co("value")
