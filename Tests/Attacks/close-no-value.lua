-- Attacks: a value that cannot be closed
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local x <close> = {}
