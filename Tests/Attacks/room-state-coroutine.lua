-- Attacks: a coroutine in the state
-- Source: promise: Durability
-- At top level: error
-- As handler: error
room.state.c = coroutine.create(print)
