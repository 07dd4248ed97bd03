-- Attacks: linear work, over and over
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("é"):rep(190000)
while true do utf8.len(s) end
