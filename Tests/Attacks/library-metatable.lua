-- Attacks: the metatable of a library
-- Source: study of attacks, row 6
-- At top level: error
-- As handler: error
getmetatable(string).__newindex = nil
