-- Attacks: a finalizer
-- Source: study of attacks, row 7; OpenComputers #1606
-- At top level: denied
-- As handler: denied
setmetatable({}, { __gc = function() while true do end end })
