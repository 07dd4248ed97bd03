-- error: room.state keeps its metatable
setmetatable(room.state, { __index = print })
