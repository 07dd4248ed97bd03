-- Attacks: an endless __close
-- Source: promise: Sandbox
-- At top level: budget
-- As handler: budget
local x <close> = setmetatable({}, { __close = function() while true do end end })
return 1
