-- Attacks: a state of many levels
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
local t = room.state for i = 1, 40 do t.x = {} t = t.x end
