-- Attacks: 5.4.4 of Debian uses freed memory in __concat
-- Source: study of the library's faults; Lua commit 603b2c64
-- At top level: denied
-- As handler: denied
local m = { __concat = function() return "x" end }
return setmetatable({}, m) .. "y"
