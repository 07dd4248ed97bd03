-- Attacks: __concat that comes later does nothing
-- Source: study of the library's faults
-- At top level: error
-- As handler: error
local m = {}
local t = setmetatable({}, m)
m.__concat = function() return "x" end
return t .. "y"
