-- Attacks: room.state keeps its metatable
-- Source: study of attacks
-- At top level: error
-- As handler: denied
setmetatable(room.state, { __index = print })
