-- Attacks: rep of nothing with nothing in between
-- Source: study of attacks, row 14
-- At top level: ok 0
-- As handler: ok 0
return #(""):rep(math.maxinteger, "")
