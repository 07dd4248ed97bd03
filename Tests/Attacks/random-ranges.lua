-- Attacks: ranges at the ends of the integers
-- Source: promise: Deterministic
-- At top level: ok [true,true,false,false,"wrong number of arguments"]
-- As handler: ok [true,true,false,false,"wrong number of arguments"]
return { math.random(0) ~= nil, math.random(math.mininteger, math.maxinteger) ~= nil, pcall(math.random, 2, 1), pcall(math.random, 1, 2, 3) }
