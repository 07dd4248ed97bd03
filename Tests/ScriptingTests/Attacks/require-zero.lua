-- error: a zero byte in a module name
return require 'lib.x\0'
