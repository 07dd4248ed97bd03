-- Attacks: the name of a bad value at the end of a chain
-- Source: study of the library's faults; Lua commit 7923dbbf
-- At top level: error
-- As handler: error
local t = {}
return t.a.b.c.d.e.f.g.h
