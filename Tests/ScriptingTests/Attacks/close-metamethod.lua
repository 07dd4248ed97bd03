-- error: a to-be-closed variable would run outside the budget
local m = {} local t = setmetatable({}, m) m.__close = function() while true do end end do local x <close> = t end
