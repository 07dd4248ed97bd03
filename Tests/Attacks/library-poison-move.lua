-- Attacks: another plugin's table
-- Source: study of attacks
-- At top level: denied
-- As handler: denied
table.move({ 1 }, 1, 1, 1, table)
