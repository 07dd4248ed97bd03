-- Attacks: steals through upvalues
-- Source: study of attacks, row 4; Luanti #3788
-- At top level: denied
-- As handler: denied
return debug.getupvalue(print, 1)
