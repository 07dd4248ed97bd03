-- Attacks: a web of links between tables that left the state
-- Source: study of attacks
-- At top level: error
-- As handler: error
local s = room.state local t = {} for i = 1, 60 do t[i] = {} s[i] = t[i] end for i = 1, 60 do for j = 1, 60 do t[i][j] = t[j] end end for i = 1, 60 do s[i] = nil end s.x = t[1]
