-- Attacks: a write to a library
-- Source: study of attacks, row 6; Kong #7133
-- At top level: denied
-- As handler: denied
table.concat = nil
