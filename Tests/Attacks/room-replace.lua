-- Attacks: replaces the room
-- Source: promise: Sandbox
-- At top level: error
-- As handler: denied
room.state = {}
