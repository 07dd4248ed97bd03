-- Attacks: a function in the state
-- Source: promise: Durability
-- At top level: error
-- As handler: error
room.state.f = print
