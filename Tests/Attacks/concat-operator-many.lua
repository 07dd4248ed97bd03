-- Attacks: many texts joined at once, over and over
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("x"):rep(1000)
while true do local t = s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s .. s end
