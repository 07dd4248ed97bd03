-- Attacks: plain search, over and over
-- Source: study of attacks, row 12
-- At top level: budget
-- As handler: budget
local s, p = ("ab"):rep(100000), ("ab"):rep(1000) .. "c"
while true do s:find(p, 1, true) end
