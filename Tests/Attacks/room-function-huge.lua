-- Attacks: effects without end
-- Source: promise: Budgets
-- At top level: error
-- As handler: denied
while true do room.log("info", ("x"):rep(2000)) end
