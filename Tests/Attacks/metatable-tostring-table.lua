-- Attacks: a __tostring that gives a table
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
return tostring(setmetatable({}, { __tostring = function() return {} end }))
