-- Attacks: the room before there is one
-- Source: promise: Sandbox
-- At top level: error
-- As handler: ok {}
return room.state
