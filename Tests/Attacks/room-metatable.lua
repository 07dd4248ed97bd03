-- Attacks: what is behind the room
-- Source: study of attacks, row 23
-- At top level: error
-- As handler: ok null
return getmetatable(room), getmetatable(room.state)
