-- Attacks: the state in itself
-- Source: promise: Durability
-- At top level: error
-- As handler: error
room.state.a = {} room.state.a.b = room.state
