-- Attacks: a weak mode that comes later does nothing
-- Source: study of determinism
-- At top level: ok 100
-- As handler: ok 100
local m = {}
local t = setmetatable({}, m)
m.__mode = "v"
for i = 1, 100 do t[i] = {} end
for i = 1, 50000 do local garbage = {} end
local count = 0
for i = 1, 100 do if t[i] then count = count + 1 end end
return count
