-- Attacks: pack with a bad alignment
-- Source: study of attacks
-- At top level: error
-- As handler: error
return string.pack('!17i16', 1)
