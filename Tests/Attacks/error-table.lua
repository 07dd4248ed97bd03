-- Attacks: a table as error value
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
error({ message = "x" })
