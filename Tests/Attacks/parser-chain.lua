-- Attacks: a chain of 60,000 suffixes stalls 5.4.4
-- Source: study of the library's faults; Lua commit 7923dbbf
-- At top level: error
-- As handler: error
local t = {}
return t
--% 20000 ".x"

