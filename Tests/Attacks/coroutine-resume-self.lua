-- Attacks: resumes itself
-- Source: promise: Sandbox
-- At top level: ok [true,false,"cannot resume non-suspended coroutine"]
-- As handler: ok [true,false,"cannot resume non-suspended coroutine"]
local co
co = coroutine.create(function() return coroutine.resume(co) end)
return { coroutine.resume(co) }
