-- Attacks: a kept host function
-- Source: study of attacks
-- At top level: error
-- As handler: denied
local f = room.collect.close f(1) pcall(f, print)
