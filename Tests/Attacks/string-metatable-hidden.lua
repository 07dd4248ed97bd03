-- Attacks: what getmetatable says of a text
-- Source: study of attacks, row 5
-- At top level: ok false
-- As handler: ok false
return getmetatable("")
