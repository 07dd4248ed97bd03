-- Attacks: comparing texts of zero bytes
-- Source: study of the library's faults; Lua commit f623b969
-- At top level: ok true
-- As handler: ok true
local s = ("\0"):rep(200000)
local a, b = s .. "a", s .. "b"
for i = 1, 50 do assert(a < b and not (b < a)) end
return true
