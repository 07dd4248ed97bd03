-- Attacks: pack of much
-- Source: study of attacks
-- At top level: memory
-- As handler: memory
return string.pack('c1000000000', 'x')
