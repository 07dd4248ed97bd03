-- Attacks: identities do not depend on the machine
-- Source: promise: Deterministic
-- At top level: ok
-- As handler: ok
local t = {} for i = 1, 50 do t[i] = tostring({}) end
return table.concat(t)
