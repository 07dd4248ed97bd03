-- Attacks: the order of keys of several types
-- Source: study of determinism
-- At top level: ok "-1 1.5 7 9007199254740992 inf x false true"
-- As handler: ok "-1 1.5 7 9007199254740992 inf x false true"
local t = { [1.5] = 1, [true] = 2, x = 3, [7] = 4, [-1] = 5, [false] = 6, [2 ^ 53] = 7, [math.huge] = 8 }
local r = {}
for k in pairs(t) do r[#r + 1] = tostring(k) end
return table.concat(r, " ")
