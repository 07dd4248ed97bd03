-- Attacks: closures without end
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local t = {} while true do local x = {} t[#t + 1] = function() return x end end
