-- Attacks: a NaN in the state
-- Source: promise: Durability
-- At top level: error
-- As handler: error
room.state.n = 0/0
