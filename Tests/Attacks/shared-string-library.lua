-- Attacks: one plugin's write seen by another
-- Source: Kong #7133; Redis CVE-2025-46818
-- At top level: ok false
-- As handler: ok false
local ok = pcall(function() string.format = nil end)
return ok, string.format("%d", 5)
