-- Attacks: an object that comes back
-- Source: study of attacks, row 7; OpenComputers #1079
-- At top level: denied
-- As handler: denied
local m = {}
m.__index = m
m.__gc = function(o) setmetatable(o, m) end
setmetatable({}, m)
