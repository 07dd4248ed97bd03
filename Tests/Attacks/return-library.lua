-- Attacks: a library
-- Source: study of attacks, row 23
-- At top level: ok "table"
-- As handler: ok "table"
return string
