-- memory: integer keys that collide
local t = {} for i = 1, 1e5 do t[i * 131071] = i end
