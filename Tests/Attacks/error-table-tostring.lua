-- Attacks: an error value whose __tostring would run in the host
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
error(setmetatable({}, { __tostring = function() while true do end end }))
