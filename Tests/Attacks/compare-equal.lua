-- Attacks: equality of long texts
-- Source: study of attacks, row 15; CC:Tweaked #2359
-- At top level: budget, of processor time
-- As handler: budget, of processor time
local s = ("x"):rep(380000)
local a, b = s .. "a", s .. "b"
while true do if a == b then return "?" end end
