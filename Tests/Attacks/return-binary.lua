-- Attacks: a result that is not UTF-8
-- Source: study of attacks, row 20
-- At top level: ok "\ufffd\ufffd?????"
-- As handler: ok "\ufffd\ufffd?????"
return "\xff\xfe\0\1\"\\\n"
