-- Attacks: a number of many digits
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("9"):rep(300000)
while true do tonumber(s) end
