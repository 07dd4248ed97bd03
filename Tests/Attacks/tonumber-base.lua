-- Attacks: a number in a base, of many digits
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("z"):rep(300000)
while true do tonumber(s, 36) end
