-- Attacks: xpcall within a handler
-- Source: study of attacks, row 19
-- At top level: ok "boolean"
-- As handler: ok "boolean"
local function h() return xpcall(error, h) end
return type(h())
