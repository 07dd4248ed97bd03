-- memory|budget: a mode that is set later does nothing
local m = {} local t = setmetatable({}, m) m.__mode = 'k' while true do t[#t + 1] = ('x'):rep(1000) end
