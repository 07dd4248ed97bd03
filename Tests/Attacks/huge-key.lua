-- Attacks: a key as long as a text may be
-- Source: study of attacks
-- At top level: error
-- As handler: ok null
room.state[('x'):rep(2e5)] = 1
