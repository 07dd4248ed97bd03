-- budget: a killed coroutine is resumed
local co = coroutine.create(function() while true do end end) pcall(coroutine.resume, co) while true do coroutine.resume(co) end
