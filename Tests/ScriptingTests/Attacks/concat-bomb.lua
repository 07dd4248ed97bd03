-- memory|error: concat of one text many times
local s = ('x'):rep(1e5) local t = {} for i = 1, 1e4 do t[i] = s end return table.concat(t)
