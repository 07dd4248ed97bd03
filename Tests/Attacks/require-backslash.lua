-- Attacks: another system's separator
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("..\\..\\windows")
