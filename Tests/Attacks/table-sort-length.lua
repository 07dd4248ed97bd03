-- Attacks: sort of a list whose length lies
-- Source: study of attacks, row 13
-- At top level: memory
-- As handler: memory
table.sort(setmetatable({}, { __len = function() return (1 << 31) - 2 end, __index = function() return 1 end }))
