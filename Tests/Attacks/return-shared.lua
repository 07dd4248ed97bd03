-- Attacks: a result whose text would be endless
-- Source: study of attacks, row 20
-- At top level: budget
-- As handler: budget
local t = {} for i = 1, 30 do t = { t, t } end return t
