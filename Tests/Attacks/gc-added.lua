-- Attacks: a finalizer that comes later
-- Source: study of attacks, row 7; OpenComputers #1686
-- At top level: ok false
-- As handler: ok false
local ran = false
local m = {}
for i = 1, 10000 do setmetatable({}, m) end
m.__gc = function() ran = true end
for i = 1, 10000 do setmetatable({}, {}) end
return ran
