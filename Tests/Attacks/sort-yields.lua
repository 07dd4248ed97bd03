-- Attacks: a comparator that yields
-- Source: study of attacks
-- At top level: error
-- As handler: error
coroutine.wrap(function() table.sort({ 1, 2 }, function() coroutine.yield() end) end)()
