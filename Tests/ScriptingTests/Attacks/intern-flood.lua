-- memory|budget: many small texts
local t = {} for i = 1, 1e9 do t[i % 10000] = 'k' .. i end
