-- Attacks: runs a command
-- Source: Redis CVE-2022-0543
-- At top level: denied
-- As handler: denied
return os.execute("true")
