-- Attacks: addresses
-- Source: study of attacks, row 24
-- At top level: ok "0x00000001 0x00000002 table: 0x00000003"
-- As handler: ok "0x00000001 0x00000002 table: 0x00000003"
return string.format("%p %p %s", {}, print, {})
