-- Attacks: a constructor of many values
-- Source: promise: Budgets
-- At top level: budget
-- As handler: budget
local function many() return table.unpack({}, 1, 8000) end
while true do local t = { many(), many(), many() } end
