-- Attacks: 5.4.4 crashes closing a coroutine that is suspended in xpcall
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
for i = 1, 100 do local co = coroutine.create(function() xpcall(function() coroutine.yield() end, print) end) coroutine.resume(co) coroutine.close(co) end
