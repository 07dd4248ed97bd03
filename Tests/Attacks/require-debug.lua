-- Attacks: the debug library by require
-- Source: study of attacks, row 4
-- At top level: denied
-- As handler: denied
return require("debug")
