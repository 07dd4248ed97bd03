-- Attacks: a handler that uses the budget up, in a coroutine
-- Source: study of attacks, row 9
-- At top level: budget
-- As handler: budget
local co = coroutine.wrap(function() return xpcall(error, function() while true do end end) end)
while true do pcall(co) end
