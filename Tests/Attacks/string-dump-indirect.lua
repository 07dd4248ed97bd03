-- Attacks: bytecode through a method of a text
-- Source: study of attacks, row 1
-- At top level: denied
-- As handler: denied
local dump = getmetatable("") and ("").dump or ("x").dump
return dump(function() end)
