-- Attacks: insert into a library
-- Source: study of attacks, row 6; Redis #2853
-- At top level: denied
-- As handler: denied
table.insert(string, "x")
