-- Attacks: a metatable for a library
-- Source: study of attacks, row 6
-- At top level: denied
-- As handler: denied
setmetatable(string, { __index = _G })
