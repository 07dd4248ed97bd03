-- done: host functions work in coroutines
coroutine.wrap(function() room.collect('x') coroutine.yield() end)()
