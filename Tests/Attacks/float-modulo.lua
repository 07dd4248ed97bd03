-- Attacks: modulo by zero
-- Source: promise: Deterministic
-- At top level: ok false
-- As handler: ok false
return pcall(function() return 1 % 0 end)
