-- memory: float keys that collide
local t = {} for i = 1, 1e5 do t[i + 0.5] = i end
