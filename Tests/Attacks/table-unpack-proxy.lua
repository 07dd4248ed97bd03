-- Attacks: unpack of a proxy
-- Source: study of attacks, row 6
-- At top level: ok 0
-- As handler: ok 0
return select("#", table.unpack(math))
