-- Attacks: the last integers
-- Source: study of attacks, row 21
-- At top level: ok 3
-- As handler: ok 3
return select("#", table.unpack({}, math.maxinteger - 2, math.maxinteger))
