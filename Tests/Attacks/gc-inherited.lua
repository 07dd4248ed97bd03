-- Attacks: a finalizer through __index
-- Source: study of attacks, row 7
-- At top level: ok false
-- As handler: ok false
local ran = false
local m = setmetatable({}, { __index = { __gc = function() ran = true end } })
for i = 1, 20000 do setmetatable({}, m) end
return ran
