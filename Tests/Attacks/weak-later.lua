-- Attacks: a mode that is set later does nothing
-- Source: study of attacks
-- At top level: memory
-- As handler: memory
local m = {} local t = setmetatable({}, m) m.__mode = 'k' while true do t[#t + 1] = ('x'):rep(1000) end
