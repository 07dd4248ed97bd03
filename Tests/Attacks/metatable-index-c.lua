-- Attacks: C functions as metamethods
-- Source: study of attacks, row 13
-- At top level: ok [5,0]
-- As handler: ok [5,0]
local t = setmetatable({}, { __index = rawget, __newindex = rawset, __call = select, __len = rawlen })
t.x = 5
return { t.x, #t }
