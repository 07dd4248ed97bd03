-- Attacks: a state without end
-- Source: promise: Budgets
-- At top level: error
-- As handler: memory
local i = 0 while true do i = i + 1 room.state[i] = ("x"):rep(100) .. i end
