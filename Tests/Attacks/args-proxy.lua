-- Attacks: tables of the room as argument
-- Source: study of attacks
-- At top level: error
-- As handler: denied
room.state.a = { b = { 1, 2, 3 } }
room.collect(room.config, room.state) room.collect(room.state.a)
