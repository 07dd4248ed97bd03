-- Attacks: replaces the guard's function
-- Source: study of attacks, row 6
-- At top level: error
-- As handler: error
getmetatable(_G).__newindex = nil
leaked = 1
