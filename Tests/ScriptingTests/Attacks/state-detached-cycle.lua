-- done: a cycle that left the state
local t = room.state.a room.state.a = nil t.t = t t.b[1] = t
