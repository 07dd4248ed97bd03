-- error|memory: 5.4.4 frees a weak table while it grows
local t = setmetatable({}, { __mode = 'k' }) while true do t[{}] = {} end
