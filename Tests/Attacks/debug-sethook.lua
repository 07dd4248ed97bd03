-- Attacks: takes the budget's hook off
-- Source: study of attacks, row 4
-- At top level: denied
-- As handler: denied
debug.sethook()
while true do end
