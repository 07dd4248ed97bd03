-- Attacks: a coroutine that closes itself
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local co
co = coroutine.wrap(function() return coroutine.close(coroutine.running()) end)
co()
