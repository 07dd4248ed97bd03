-- Attacks: dots around a word
-- Source: promise: Sandbox
-- At top level: denied
-- As handler: denied
return require("..lib..x..")
