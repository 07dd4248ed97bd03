-- Attacks: %q of a long text of zeros
-- Source: study of attacks, row 17
-- At top level: ok 200002
-- As handler: ok 200002
return #string.format("%q", ("\0"):rep(100000))
