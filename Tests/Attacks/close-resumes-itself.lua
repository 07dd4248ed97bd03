-- Attacks: a __close that resumes its own coroutine
-- Source: promise: Sandbox
-- At top level: ok [true,"dead"]
-- As handler: ok [true,"dead"]
local co
co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function() return coroutine.resume(co) end })
  coroutine.yield()
end)
coroutine.resume(co)
return { coroutine.close(co), coroutine.status(co) }
