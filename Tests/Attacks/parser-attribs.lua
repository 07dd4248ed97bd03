-- Attacks: unknown attributes
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local x <weak> = 1
