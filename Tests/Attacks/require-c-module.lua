-- Attacks: a C module by its name
-- Source: study of attacks, row 3
-- At top level: denied
-- As handler: denied
return require("socket.core")
