-- Attacks: %f over a long text
-- Source: study of attacks, row 12
-- At top level: budget
-- As handler: budget
local s = ("a"):rep(300000)
while true do s:find("%f[b]b") end
