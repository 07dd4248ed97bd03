-- Attacks: addresses of texts
-- Source: study of attacks, row 24
-- At top level: ok "0x00000001"
-- As handler: ok "0x00000001"
return string.format("%p", "text")
