-- Attacks: a __tostring that gives a number
-- Source: promise: Sandbox
-- At top level: ok "5"
-- As handler: ok "5"
return tostring(setmetatable({}, { __tostring = function() return 5 end }))
