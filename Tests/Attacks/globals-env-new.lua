-- Attacks: an environment of one's own is no way out
-- Source: study of attacks, row 2
-- At top level: ok 3
-- As handler: ok 3
local _ENV = { x = 1 }
y = 2
return x + y
