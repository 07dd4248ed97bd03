-- Attacks: a number as error value
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
error(0/0)
