-- Attacks: a length that is no number
-- Source: study of attacks, row 13
-- At top level: ok false
-- As handler: ok false
return pcall(table.sort, setmetatable({}, { __len = function() return "x" end }))
