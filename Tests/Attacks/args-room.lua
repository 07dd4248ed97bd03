-- Attacks: room itself as argument
-- Source: study of attacks
-- At top level: error
-- As handler: error
room.collect(room)
