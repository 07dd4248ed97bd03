-- Attacks: a list without end
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local t = {} while true do t[#t + 1] = #t end
