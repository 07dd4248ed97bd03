-- Attacks: the largest integers
-- Source: study of attacks, row 20
-- At top level: ok [9223372036854775807,-9223372036854775808]
-- As handler: ok [9223372036854775807,-9223372036854775808]
return { math.maxinteger, math.mininteger }
