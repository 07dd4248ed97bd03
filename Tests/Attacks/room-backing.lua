-- Attacks: what is behind room.state cannot be reached
-- Source: study of attacks
-- At top level: error
-- As handler: ok null
room.state.a = { b = { 1, 2, 3 } }
for k, v in pairs(room.state) do assert(type(k) == 'string') end local k = next(room.state) assert(k == 'a') k = next(room.state, k) assert(k == nil)
