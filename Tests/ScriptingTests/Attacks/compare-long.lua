-- budget: comparing long texts
local a, b = ('x'):rep(3.9e5), ('x'):rep(3.9e5) while true do if a < b then return end end
