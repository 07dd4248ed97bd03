-- error: a cycle through a list
local l = room.state.a.b l[4] = { l }
