-- Attacks: texts without end
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end
