-- Attacks: a table whose text would be endless
-- Source: study of attacks
-- At top level: error
-- As handler: budget
local t = {} for i = 1, 28 do t = { t, t } end room.state.x = t
