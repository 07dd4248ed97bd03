-- Attacks: a global from within a coroutine
-- Source: promise: Sandbox
-- At top level: ok 1
-- As handler: denied
coroutine.wrap(function() leaked = 1 end)()
return leaked
