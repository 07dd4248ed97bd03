-- Attacks: the metamethod is gone when it is needed
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local m = { __close = print }
local x <close> = setmetatable({}, m)
m.__close = nil
