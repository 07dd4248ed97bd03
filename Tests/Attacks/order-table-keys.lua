-- Attacks: tables as keys have only an address
-- Source: study of determinism
-- At top level: error
-- As handler: error
local t = { [{}] = 1, [{}] = 2, [print] = 3 }
for k in pairs(t) do return tostring(k) end
