-- Attacks: a metatable for nil
-- Source: study of attacks, row 5
-- At top level: ok null
-- As handler: ok null
return getmetatable(nil), getmetatable(1), getmetatable(print)
