-- Attacks: a yield in a metamethod
-- Source: promise: Sandbox
-- At top level: ok "x"
-- As handler: ok "x"
local co = coroutine.wrap(function() return setmetatable({}, { __index = function(_, k) return coroutine.yield(k) end }).x end)
return co(), co(5)
