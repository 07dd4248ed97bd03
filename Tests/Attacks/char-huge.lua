-- Attacks: char of many numbers
-- Source: study of attacks
-- At top level: error
-- As handler: error
return string.char(table.unpack({}, 1, 8000))
