-- Attacks: a length that changes between calls
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local n = 0 local t = setmetatable({}, { __len = function() n = n + 1 return n * 1000 end }) for i = 1, 100 do pcall(table.insert, t, 1, i) pcall(table.remove, t) pcall(table.sort, t) end
