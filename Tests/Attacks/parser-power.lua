-- Attacks: a right-associative operator, very often
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
return 
--% 4999 "2^"
2
