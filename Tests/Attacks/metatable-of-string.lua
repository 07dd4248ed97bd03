-- Attacks: a metatable for a text
-- Source: study of attacks, row 5
-- At top level: error
-- As handler: error
return setmetatable("x", {})
