-- Attacks: concat of one text many times
-- Source: study of attacks
-- At top level: memory
-- As handler: memory
local s = ('x'):rep(1e5) local t = {} for i = 1, 1e4 do t[i] = s end return table.concat(t)
