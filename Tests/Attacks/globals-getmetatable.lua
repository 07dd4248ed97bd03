-- Attacks: the guard itself
-- Source: study of attacks, row 6; Redis #2854
-- At top level: ok null
-- As handler: ok null
return getmetatable(_G)
