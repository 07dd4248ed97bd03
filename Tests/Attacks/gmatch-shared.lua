-- Attacks: an iterator used by two coroutines
-- Source: promise: Budgets
-- At top level: ok "abc"
-- As handler: ok "abc"
local g = ("abc"):gmatch(".")
local co = coroutine.wrap(function() return g() end)
return g() .. co() .. g()
