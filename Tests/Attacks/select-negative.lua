-- Attacks: select outside its arguments
-- Source: study of attacks
-- At top level: error
-- As handler: error
return select(-5, 1)
