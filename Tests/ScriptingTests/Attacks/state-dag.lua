-- budget: a table whose text would be endless
local t = {} for i = 1, 28 do t = { t, t } end room.state.x = t
