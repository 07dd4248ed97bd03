-- Attacks: an infinite number inside a table
-- Source: study of attacks, row 20
-- At top level: ok "table"
-- As handler: ok "table"
return { -math.huge }
