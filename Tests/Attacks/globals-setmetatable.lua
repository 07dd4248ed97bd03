-- Attacks: takes the guard off
-- Source: study of attacks, row 6; Redis #2854
-- At top level: denied
-- As handler: denied
setmetatable(_G, nil)
leaked = 1
return leaked
