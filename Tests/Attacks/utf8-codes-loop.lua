-- Attacks: an iterator over a long text
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local s = ("é"):rep(190000)
while true do for p, c in utf8.codes(s) do end end
