-- Attacks: a handler that yields
-- Source: study of attacks, row 9
-- At top level: ok [false,"error in error handling"]
-- As handler: ok [false,"error in error handling"]
return coroutine.wrap(function() return { xpcall(error, coroutine.yield, "x") } end)()
