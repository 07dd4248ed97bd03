-- Attacks: move without end
-- Source: study of attacks, row 13
-- At top level: budget
-- As handler: budget
table.move({}, 1, 1 << 60, 2)
