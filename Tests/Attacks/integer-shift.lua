-- Attacks: shifts beyond the width
-- Source: Lua commit 26be2745
-- At top level: ok 0
-- As handler: ok 0
return (1 << 64) + (1 << -64) + (1 >> math.mininteger) + (1 << math.mininteger)
