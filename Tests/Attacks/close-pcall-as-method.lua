-- Attacks: pcall as __close
-- Source: study of attacks, row 8
-- At top level: budget
-- As handler: budget
local x <close> = setmetatable({}, { __close = pcall, __call = function() while true do end end })
