-- Attacks: a finalizer by rawset
-- Source: study of attacks, row 7
-- At top level: denied
-- As handler: denied
local m = setmetatable({}, {})
rawset(m, "__gc", print)
setmetatable({}, m)
