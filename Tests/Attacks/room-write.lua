-- Attacks: a field of the room
-- Source: promise: Sandbox
-- At top level: error
-- As handler: denied
room.x = 1
