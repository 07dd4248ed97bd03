-- Attacks: the metatable of all texts
-- Source: study of attacks
-- At top level: denied
-- As handler: denied
setmetatable(getmetatable('') or {}, nil) return (''):dump()
