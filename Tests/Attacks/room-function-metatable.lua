-- Attacks: an argument with metamethods
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: denied
room.log("info", setmetatable({}, { __index = function() while true do end end }))
