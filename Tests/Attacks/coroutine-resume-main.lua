-- Attacks: resumes the main coroutine
-- Source: promise: Sandbox
-- At top level: ok [false,"cannot resume non-suspended coroutine"]
-- As handler: ok [false,"cannot resume non-suspended coroutine"]
local main = coroutine.running()
return { coroutine.resume(main) }
