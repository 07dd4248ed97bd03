-- Attacks: a finalizer that is set later never runs
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
local m = { __gc = nil } for i = 1, 1000 do setmetatable({}, m) m.__gc = function() while true do end end m.__gc = nil end
