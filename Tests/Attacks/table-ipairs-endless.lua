-- Attacks: ipairs without end
-- Source: study of attacks, row 13
-- At top level: budget
-- As handler: budget
for i in ipairs(setmetatable({}, { __index = function(_, i) return i end })) do end
