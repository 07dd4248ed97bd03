-- Attacks: the globals by require
-- Source: OpenComputers
-- At top level: denied
-- As handler: denied
return require("_G")
