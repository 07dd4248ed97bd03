-- Attacks: a zero byte in a module name
-- Source: study of attacks
-- At top level: denied
-- As handler: denied
return require 'lib.x\0'
