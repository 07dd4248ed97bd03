-- Attacks: 5.4.4 keeps the message handler of a stack that is gone
-- Source: Lua commit 3fe7be95
-- At top level: ok [false,134]
-- As handler: ok [false,134]
local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function() local y = 134 error(y) end })
  xpcall(coroutine.yield, function() return "XXX" end)
end)
coroutine.resume(co)
local ok, message = coroutine.close(co)
return { ok, message }
