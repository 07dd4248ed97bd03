-- error: a table whose metatable lies
room.state.x = setmetatable({}, { __pairs = function() return next, {}, nil end })
