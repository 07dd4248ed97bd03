-- done: a kept host function
local f = room.collect.close f(1) pcall(f, print)
