-- Attacks: compiles a text with the registry's globals
-- Source: study of attacks, row 2; overlunky PR 438
-- At top level: denied
-- As handler: denied
return load("return io.open")()
