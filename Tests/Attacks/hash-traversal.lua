-- Attacks: removing while walking
-- Source: promise: Deterministic
-- At top level: ok 100
-- As handler: ok 100
local t = {} for i = 1, 100 do t["k" .. i] = i end
local n = 0
for k in pairs(t) do t[k] = nil n = n + 1 end
return n
