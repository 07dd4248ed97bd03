-- Attacks: concat of a list whose length lies
-- Source: study of attacks, row 13
-- At top level: budget
-- As handler: budget
return table.concat(setmetatable({}, { __len = function() return 1 << 60 end, __index = function() return "" end }))
