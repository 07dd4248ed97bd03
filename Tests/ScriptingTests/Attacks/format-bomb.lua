-- memory|error|budget: format multiplies
local s = ('x'):rep(3e5) while true do s = string.format('%s%s', s, s) end
