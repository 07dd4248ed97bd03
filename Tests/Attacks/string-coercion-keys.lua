-- Attacks: numbers and texts as keys
-- Source: Lua's own tests
-- At top level: ok "c"
-- As handler: ok "c"
local t = {} t[1] = "a" t["1"] = "b" t[1.0] = "c" return t[1], t["1"]
