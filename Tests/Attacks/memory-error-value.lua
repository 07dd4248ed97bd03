-- Attacks: a long error value, over and over
-- Source: study of attacks, row 17
-- At top level: budget
-- As handler: budget
while true do pcall(error, ("x"):rep(300000)) end
