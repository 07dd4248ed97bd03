-- Attacks: format multiplies
-- Source: study of attacks
-- At top level: memory
-- As handler: memory
local s = ('x'):rep(3e5) while true do s = string.format('%s%s', s, s) end
