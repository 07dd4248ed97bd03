-- Attacks: byte of all of a long text
-- Source: study of attacks
-- At top level: ok 120
-- As handler: ok 120
return ('x'):rep(3e5):byte(1, -1)
