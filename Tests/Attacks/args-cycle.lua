-- Attacks: a cycle as argument
-- Source: study of attacks
-- At top level: error
-- As handler: error
local t = {} t.t = t room.collect(t)
