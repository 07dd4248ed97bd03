-- Attacks: how floats are written
-- Source: promise: Deterministic
-- At top level: ok "table"
-- As handler: ok "table"
return { tostring(1e15), tostring(0.1), tostring(-0.0), tostring(1e100), tostring(2^63), 3 // 0.0, tostring(1/0), tostring(-1/0) }
