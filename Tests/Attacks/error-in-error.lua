-- Attacks: a handler that fails
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local function h(m) return h(m) end return xpcall(error, h)
