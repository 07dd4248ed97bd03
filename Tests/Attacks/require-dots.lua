-- Attacks: only dots
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("..")
