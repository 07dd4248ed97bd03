-- Attacks: the sign of NaN
-- Source: promise: Deterministic
-- At top level: ok "nan nan nan nan"
-- As handler: ok "nan nan nan nan"
return string.format("%f %g %a %s", 0/0, -(0/0), 0/0, tostring(0/0))
