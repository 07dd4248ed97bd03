-- Attacks: a cycle through a list
-- Source: study of attacks
-- At top level: error
-- As handler: error
room.state.a = { b = { 1, 2, 3 } }
local l = room.state.a.b l[4] = { l }
