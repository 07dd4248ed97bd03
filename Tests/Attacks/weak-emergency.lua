-- Attacks: 5.4.4 frees a weak table while it grows
-- Source: study of attacks
-- At top level: denied
-- As handler: denied
local t = setmetatable({}, { __mode = 'k' }) while true do t[{}] = {} end
