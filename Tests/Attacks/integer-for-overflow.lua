-- Attacks: a loop at the end of the integers
-- Source: promise: Budgets
-- At top level: ok 3
-- As handler: ok 3
local n = 0 for i = math.maxinteger - 2, math.maxinteger do n = n + 1 end return n
