-- error: nil as a key of the state
room.state[nil] = 1
