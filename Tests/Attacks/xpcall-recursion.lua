-- Attacks: handlers that fail
-- Source: study of attacks, row 9
-- At top level: ok [false,"error in error handling"]
-- As handler: ok [false,"error in error handling"]
local function h(m) error(m) end
return { xpcall(error, h, "x") }
