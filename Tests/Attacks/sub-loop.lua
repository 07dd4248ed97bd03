-- Attacks: copies of a long text, over and over
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("X"):rep(380000)
while true do local t = s:sub(2) end
