-- Attacks: the 5.1 name of load
-- Source: Roblox, Garry's Mod
-- At top level: denied
-- As handler: denied
return loadstring("return 1")()
