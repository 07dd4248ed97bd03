-- Attacks: a library as a metatable
-- Source: study of attacks, row 6
-- At top level: denied
-- As handler: denied
return setmetatable({}, string)
