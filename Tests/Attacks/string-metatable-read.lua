-- Attacks: the metatable of all texts
-- Source: study of attacks, row 5; Redis CVE-2025-46818
-- At top level: error
-- As handler: error
return getmetatable("").__index
