-- Attacks: a plain search that is quadratic
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local s, p = ('a'):rep(3e5), ('a'):rep(1.5e5) .. 'b' for i = 1, 1000 do s:find(p, 1, true) end
