-- Attacks: a __call that calls itself
-- Source: study of attacks, row 19
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local t = setmetatable({}, {})
getmetatable(t).__call = t
return t()
