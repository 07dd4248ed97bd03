-- Attacks: back references to long captures
-- Source: study of attacks, row 12
-- At top level: budget
-- As handler: budget
local s = ("a"):rep(10000)
while true do s:find("(a*)%1b") end
