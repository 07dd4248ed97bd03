-- Attacks: unpack of a list whose length lies
-- Source: study of attacks, row 13
-- At top level: ok false
-- As handler: ok false
return pcall(table.unpack, setmetatable({}, { __len = function() return math.maxinteger end }))
