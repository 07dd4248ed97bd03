-- Attacks: move into a library
-- Source: study of attacks, row 6
-- At top level: denied
-- As handler: denied
table.move({ 1, 2 }, 1, 2, 1, string)
