-- Attacks: the clock
-- Source: promise: Deterministic
-- At top level: error
-- As handler: denied
room.now = 5
