-- Attacks: move whose count overflows
-- Source: study of attacks, row 13
-- At top level: ok false
-- As handler: ok false
return pcall(table.move, {}, 1, math.maxinteger, 2)
