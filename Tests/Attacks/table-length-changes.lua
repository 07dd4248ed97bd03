-- Attacks: a length that changes in between
-- Source: study of attacks, row 13
-- At top level: budget
-- As handler: budget
local n = 0
local t = setmetatable({}, { __len = function() n = n + 1 return n % 2 == 0 and 1e6 or 0 end })
for i = 1, 20 do pcall(table.insert, t, 1, i) pcall(table.remove, t, 1) end
return n
