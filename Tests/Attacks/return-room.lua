-- Attacks: the room itself
-- Source: study of attacks, row 23
-- At top level: ok null
-- As handler: ok "table"
return room
