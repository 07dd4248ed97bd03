-- Attacks: nil as a key of the state
-- Source: study of attacks
-- At top level: error
-- As handler: error
room.state[nil] = 1
