-- Attacks: a coroutine as __close
-- Source: study of attacks, row 10
-- At top level: budget
-- As handler: budget
local x <close> = setmetatable({}, { __close = coroutine.wrap(function() while true do end end) })
