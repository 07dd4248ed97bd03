-- Attacks: a number of 100,000 digits
-- Source: study of attacks, row 15
-- At top level: ok "inf"
-- As handler: ok "inf"
return 
--% 100000 "9"

