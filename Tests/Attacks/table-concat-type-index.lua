-- Attacks: concat whose __index is a C function
-- Source: study of attacks, row 13
-- At top level: memory
-- As handler: memory
return table.concat(setmetatable({}, { __len = function() return 1 << 60 end, __index = type }))
