-- Attacks: a to-be-closed variable would run outside the budget
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local m = {} local t = setmetatable({}, m) m.__close = function() while true do end end do local x <close> = t end
