-- Attacks: a dead coroutine
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local co = coroutine.wrap(function() end)
co()
co()
