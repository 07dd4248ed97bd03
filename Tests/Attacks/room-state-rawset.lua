-- Attacks: rawset into the state is tracked like any write
-- Source: promise: Durability
-- At top level: error
-- As handler: ok 1
rawset(room.state, "x", 1)
return rawget(room.state, "x")
