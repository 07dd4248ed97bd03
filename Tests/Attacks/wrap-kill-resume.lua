-- Attacks: a killed coroutine is resumed
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local co = coroutine.create(function() while true do end end) pcall(coroutine.resume, co) while true do coroutine.resume(co) end
