-- Attacks: rawset into the room
-- Source: study of attacks, row 6
-- At top level: error
-- As handler: denied
rawset(room, "x", 1)
