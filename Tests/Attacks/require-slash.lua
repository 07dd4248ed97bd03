-- Attacks: a path instead of a name
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("lib/../../main")
