-- Attacks: the state, sorted by a comparator that changes it
-- Source: promise: Durability
-- At top level: error
-- As handler: ok null
room.state.l = { 3, 1, 2 }
table.sort(room.state.l, function(a, b) room.state.l[5] = a return a < b end)
