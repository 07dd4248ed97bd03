-- Attacks: host functions work in coroutines
-- Source: study of attacks
-- At top level: error
-- As handler: ok null
coroutine.wrap(function() room.collect('x') coroutine.yield() end)()
