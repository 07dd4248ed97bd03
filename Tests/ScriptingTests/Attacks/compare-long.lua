-- budget: comparing long texts
local a, b = ('x'):rep(1e4), ('x'):rep(1e4) while true do if a < b then return end end
