-- Attacks: rep of nothing runs for ever in 5.4.4
-- Source: study of attacks
-- At top level: ok 0
-- As handler: ok 0
return #(''):rep(1 << 62)
