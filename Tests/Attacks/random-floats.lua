-- Attacks: floats where integers belong
-- Source: promise: Deterministic
-- At top level: ok false
-- As handler: ok false
return pcall(math.random, 1.5)
