-- Attacks: a result of 380 KB
-- Source: study of attacks, row 17
-- At top level: ok
-- As handler: ok
return ("x"):rep(380000)
