-- Attacks: a protected metatable
-- Source: study of attacks, row 6
-- At top level: ok "locked"
-- As handler: ok "locked"
local t = setmetatable({}, { __metatable = "locked" })
return getmetatable(t), pcall(setmetatable, t, {})
