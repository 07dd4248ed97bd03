-- Attacks: reads the environment
-- Source: WoW, Kong
-- At top level: denied
-- As handler: denied
return os.getenv("PATH")
