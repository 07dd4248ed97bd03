-- Attacks: chains of closures
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local f = print while true do local g = f f = function() return g end end
