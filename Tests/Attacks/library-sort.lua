-- Attacks: sort of a library
-- Source: study of attacks, row 6
-- At top level: ok "function"
-- As handler: ok "function"
table.sort(table)
return type(table.concat)
