-- Attacks: many formats
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
while true do string.pack(("i8"):rep(200), table.unpack((function() local t = {} for i = 1, 200 do t[i] = i end return t end)())) end
