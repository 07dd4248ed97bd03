-- Attacks: remove from a library
-- Source: study of attacks, row 6; Redis #2853
-- At top level: denied
-- As handler: denied
table.remove(math, 1)
return math.floor(1.5)
