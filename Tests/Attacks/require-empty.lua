-- Attacks: an empty module name
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("")
