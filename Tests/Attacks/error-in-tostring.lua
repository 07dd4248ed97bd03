-- Attacks: an error while an error is written
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
print(setmetatable({}, { __tostring = function() error("inner") end }))
