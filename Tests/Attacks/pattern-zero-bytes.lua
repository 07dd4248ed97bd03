-- Attacks: zero bytes in text and pattern
-- Source: promise: Budgets
-- At top level: ok 2
-- As handler: ok 2
return ("a\0b\0"):find("[\0]b\0"), ("\0\0"):rep(3):gsub("\0", "x")
