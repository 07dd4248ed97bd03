-- Attacks: NaN as a key
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local t = {} t[0/0] = 1
