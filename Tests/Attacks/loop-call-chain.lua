-- Attacks: a chain of __call
-- Source: study of attacks, row 19
-- At top level: ok 1
-- As handler: ok 1
local f = function() return 1 end
for i = 1, 300 do f = setmetatable({}, { __call = f }) end
return f()
