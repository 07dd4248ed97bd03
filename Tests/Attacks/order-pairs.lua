-- Attacks: the order of keys
-- Source: study of determinism
-- At top level: ok
-- As handler: ok
local t = {}
for i = 1, 200 do t["key" .. (i * 7919) % 1000] = i end
local r = {}
for k in pairs(t) do r[#r + 1] = k end
return table.concat(r, " ")
