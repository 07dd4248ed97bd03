-- Attacks: an error text of 300 KB
-- Source: study of attacks, row 17
-- At top level: error
-- As handler: error
error(("x"):rep(300000))
