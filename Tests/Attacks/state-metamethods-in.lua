-- Attacks: a table whose metatable lies
-- Source: study of attacks
-- At top level: error
-- As handler: error
room.state.x = setmetatable({}, { __pairs = function() return next, {}, nil end })
