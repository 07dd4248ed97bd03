-- Attacks: the least integer divided by -1
-- Source: promise: Deterministic
-- At top level: ok -9223372036854775808
-- As handler: ok -9223372036854775808
return math.mininteger // -1, math.mininteger % -1
