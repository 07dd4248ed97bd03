-- Attacks: tostring within __tostring
-- Source: study of attacks, row 19
-- At top level: ok false
-- As handler: ok false
local t t = setmetatable({}, { __tostring = function() return tostring(t) end })
return pcall(tostring, t)
