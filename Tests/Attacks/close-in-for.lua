-- Attacks: the closing value of a for loop
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local m = {} local t = setmetatable({}, m) m.__close = function() while true do end end for i in next, {}, nil, t do end
