-- Attacks: positions out of range
-- Source: study of attacks, row 21
-- At top level: ok false
-- As handler: ok false
return pcall(string.unpack, "i4", "abc", math.mininteger)
