-- Attacks: a stock library by require
-- Source: study of attacks, row 3
-- At top level: denied
-- As handler: denied
return require("io")
