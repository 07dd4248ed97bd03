-- Attacks: an infinite result
-- Source: study of attacks, row 20
-- At top level: ok "inf"
-- As handler: ok "inf"
return math.huge
