-- error: room itself as argument
room.collect(room)
