-- Attacks: next with a key that is not there
-- Source: promise: Deterministic
-- At top level: ok "c"
-- As handler: ok "c"
local t = { a = 1, b = 2, c = 3 }
return next(t, "bb"), pcall(next, {}, {})
