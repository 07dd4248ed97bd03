-- Attacks: adding while walking
-- Source: promise: Deterministic
-- At top level: ok 1
-- As handler: ok 1
local t = { a = 1 }
local n = 0
for k in pairs(t) do n = n + 1 t["x" .. n] = 1 if n > 100 then break end end
return n
