-- Attacks: the conversion that writes
-- Source: format strings in C
-- At top level: ok false
-- As handler: ok false
return pcall(string.format, "%n", 1)
