-- Attacks: io under another name
-- Source: Luanti
-- At top level: error
-- As handler: error
local files = io
return files.open("/etc/passwd")
