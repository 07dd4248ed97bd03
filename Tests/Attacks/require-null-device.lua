-- Attacks: a device
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("/dev/zero")
