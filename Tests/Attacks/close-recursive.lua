-- Attacks: a __close within a __close without end
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local function g() local x <close> = setmetatable({}, { __close = function() return g() end }) end
g()
