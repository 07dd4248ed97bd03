-- Attacks: bytecode through the library
-- Source: study of attacks, row 1
-- At top level: denied
-- As handler: denied
return string.dump(function() return 1 end)
