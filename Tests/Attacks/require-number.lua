-- Attacks: a number as a name
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require(0x7fffffffffffffff)
