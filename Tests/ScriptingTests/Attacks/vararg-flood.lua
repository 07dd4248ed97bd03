-- budget|memory|error: many arguments, over and over
local function f(...) return select('#', ...) end local t = {} for i = 1, 8000 do t[i] = i end while true do f(table.unpack(t)) end
