-- Attacks: where memory runs out
-- Source: study of determinism
-- At top level: memory
-- As handler: memory
local t, n = {}, 0
while true do n = n + 1 t[n] = { n, "x" .. n } end
