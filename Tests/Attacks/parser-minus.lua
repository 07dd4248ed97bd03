-- Attacks: operators nested too deep
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
return
--% 20000 " -"
 1
