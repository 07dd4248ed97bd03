-- Attacks: many long texts
-- Source: study of attacks, row 14; CC:Tweaked #1767
-- At top level: budget
-- As handler: budget
while true do local s = ("x"):rep(380000) end
