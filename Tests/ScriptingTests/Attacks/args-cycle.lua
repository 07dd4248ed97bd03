-- error: a cycle as argument
local t = {} t.t = t room.collect(t)
