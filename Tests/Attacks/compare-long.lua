-- Attacks: comparing long texts
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local a, b = ('x'):rep(1e4), ('x'):rep(1e4) while true do if a < b then return end end
