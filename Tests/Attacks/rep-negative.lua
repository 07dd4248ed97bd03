-- Attacks: rep of less than nothing
-- Source: study of attacks, row 14
-- At top level: ok 0
-- As handler: ok 0
return #("x"):rep(math.mininteger) + #("x"):rep(-1) + #("x"):rep(0)
