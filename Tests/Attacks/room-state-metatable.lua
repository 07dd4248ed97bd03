-- Attacks: a metatable for a part of the state
-- Source: promise: Durability
-- At top level: error
-- As handler: denied
room.state.a = {} setmetatable(room.state.a, { __index = print })
