-- budget|error|done: a key as long as a text may be
room.state[('x'):rep(2e5)] = 1
