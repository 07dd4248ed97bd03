-- Attacks: remove from a list whose length lies
-- Source: study of attacks, row 13
-- At top level: budget
-- As handler: budget
table.remove(setmetatable({}, { __len = function() return 1 << 60 end }), 1)
