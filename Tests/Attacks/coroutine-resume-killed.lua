-- Attacks: a killed coroutine, resumed and asked
-- Source: study of attacks, row 8
-- At top level: budget
-- As handler: budget
local co = coroutine.create(function() while true do end end)
local ok = pcall(coroutine.resume, co)
return ok, coroutine.status(co)
