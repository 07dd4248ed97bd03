-- Attacks: sort writes
-- Source: study of attacks, row 6
-- At top level: ok 0
-- As handler: ok 0
return #_G, table.sort(_G)
