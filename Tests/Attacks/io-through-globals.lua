-- Attacks: io through the table of globals
-- Source: Garry's Mod
-- At top level: denied
-- As handler: denied
return _G["io"]["open"]("/etc/passwd")
