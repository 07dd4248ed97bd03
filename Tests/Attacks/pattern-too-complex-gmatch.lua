-- Attacks: 5.4.4 loses its limit after the first error
-- Source: study of attacks
-- At top level: error
-- As handler: error
local g = ('a'):rep(1e5):gmatch(('a?'):rep(1e5)) for i = 1, 10 do pcall(g) end return g()
