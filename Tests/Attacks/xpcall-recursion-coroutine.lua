-- Attacks: handlers that fail, in a coroutine
-- Source: study of attacks, row 9
-- At top level: ok [false,"error in error handling"]
-- As handler: ok [false,"error in error handling"]
return coroutine.wrap(function() return { xpcall(error, function(m) error(m) end, "x") } end)()
