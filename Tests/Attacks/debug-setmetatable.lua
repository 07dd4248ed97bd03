-- Attacks: a metatable for numbers
-- Source: study of attacks, row 4
-- At top level: denied
-- As handler: denied
debug.setmetatable(0, { __index = _G })
