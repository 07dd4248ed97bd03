-- Attacks: insert into a room's table of functions
-- Source: study of attacks, row 6
-- At top level: error
-- As handler: denied
table.insert(room, 1)
