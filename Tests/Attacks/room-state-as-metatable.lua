-- Attacks: the state as a metatable
-- Source: promise: Durability
-- At top level: error
-- As handler: denied
return setmetatable({}, room.state)
