-- Attacks: a write to a library
-- Source: study of attacks, row 6
-- At top level: denied
-- As handler: denied
coroutine.resume = function() return true end
