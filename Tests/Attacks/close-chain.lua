-- Attacks: 5.4.4 overflows the C stack closing a chain of coroutines
-- Source: Lua commit 1e64c139
-- At top level: ok false
-- As handler: ok false
local co = false
for i = 1, 1000 do
  local previous = co
  co = coroutine.create(function()
    local x <close> = setmetatable({}, { __close = function() if previous then assert(coroutine.close(previous)) end end })
    coroutine.yield()
  end)
  assert(coroutine.resume(co))
end
local ok, message = coroutine.close(co)
return ok, message
