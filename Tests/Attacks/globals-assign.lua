-- Attacks: an undeclared global
-- Source: promise: Sandbox
-- At top level: ok 1
-- As handler: denied
leaked = 1
return leaked
