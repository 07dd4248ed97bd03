-- Attacks: a result that is no number
-- Source: study of attacks, row 20
-- At top level: ok "nan"
-- As handler: ok "nan"
return 0/0
