-- Attacks: addresses of tables, functions, coroutines
-- Source: study of attacks, row 24
-- At top level: ok "table: 0x00000001function: 0x00000002function: 0x00000003thread: 0x00000004"
-- As handler: ok "table: 0x00000001function: 0x00000002function: 0x00000003thread: 0x00000004"
return tostring({}) .. tostring(print) .. tostring(function() end) .. tostring(coroutine.create(print))
