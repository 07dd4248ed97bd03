-- Attacks: print runs __tostring
-- Source: study of attacks, row 20
-- At top level: budget
-- As handler: budget
print(setmetatable({}, { __tostring = function() while true do end end }))
