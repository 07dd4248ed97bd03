-- Attacks: a name of 100 KB
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require(("x"):rep(100000))
