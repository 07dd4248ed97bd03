-- Attacks: one table in two places
-- Source: promise: Durability
-- At top level: error
-- As handler: error
local t = {} room.state.a = t room.state.b = t
