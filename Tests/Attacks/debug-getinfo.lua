-- Attacks: looks into the caller
-- Source: study of attacks, row 4; Luanti #3788
-- At top level: denied
-- As handler: denied
return debug.getinfo(1).source
