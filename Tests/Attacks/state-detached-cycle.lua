-- Attacks: a cycle that left the state
-- Source: study of attacks
-- At top level: error
-- As handler: ok null
room.state.a = { b = { 1, 2, 3 } }
local t = room.state.a room.state.a = nil t.t = t t.b[1] = t
