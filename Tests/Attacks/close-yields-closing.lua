-- Attacks: a yield in __close while it is being closed
-- Source: promise: Sandbox
-- At top level: ok [false,"attempt to yield across a C-call boundary","dead"]
-- As handler: ok [false,"attempt to yield across a C-call boundary","dead"]
local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function() coroutine.yield() end })
  coroutine.yield()
end)
coroutine.resume(co)
local ok, message = coroutine.close(co)
return { ok, message, coroutine.status(co) }
