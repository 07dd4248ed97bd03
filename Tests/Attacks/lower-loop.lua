-- Attacks: linear work, over and over
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("X"):rep(380000)
while true do s:lower() end
