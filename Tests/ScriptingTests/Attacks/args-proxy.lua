-- done: tables of the room as argument
room.collect(room.config, room.state) room.collect(room.state.a)
