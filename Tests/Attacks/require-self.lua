-- Attacks: a chunk that requires itself
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("attack")
