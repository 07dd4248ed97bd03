-- Attacks: many arguments, over and over
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local function f(...) return select('#', ...) end local t = {} for i = 1, 8000 do t[i] = i end while true do f(table.unpack(t)) end
