-- Attacks: a name that is computed when it is read
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
return require(setmetatable({}, { __tostring = function() return "io" end }))
