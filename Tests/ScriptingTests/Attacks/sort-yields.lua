-- error: a comparator that yields
coroutine.wrap(function() table.sort({ 1, 2 }, function() coroutine.yield() end) end)()
