-- Attacks: a coroutine that closes the one that closes it
-- Source: promise: Sandbox
-- At top level: ok [false,"close-closer.lua:8: cannot close a normal coroutine"]
-- As handler: ok [false,"close-closer.lua:8: cannot close a normal coroutine"]
local outer
outer = coroutine.create(function()
  local inner = coroutine.create(function()
    local x <close> = setmetatable({}, { __close = function() coroutine.close(outer) end })
    coroutine.yield()
  end)
  coroutine.resume(inner)
  return coroutine.close(inner)
end)
local _, ok, message = coroutine.resume(outer)
return { ok, message }
