-- Attacks: an anchored gsub on a long text
-- Source: promise: Budgets
-- At top level: ok true
-- As handler: ok true
return (("x"):rep(300000)):gsub("^y", "z") == ("x"):rep(300000)
