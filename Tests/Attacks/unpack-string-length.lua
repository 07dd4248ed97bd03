-- Attacks: a length that lies
-- Source: study of attacks, row 21
-- At top level: ok false
-- As handler: ok false
return pcall(string.unpack, "s8", "\255\255\255\255\255\255\255\127abc")
