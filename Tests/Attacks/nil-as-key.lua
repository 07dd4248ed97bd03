-- Attacks: nil as a key
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local t = {} t[nil] = 1
