-- Attacks: the hidden names of metamethods cannot be found
-- Source: study of a design
-- At top level: ok 0
-- As handler: ok 0
local m = setmetatable({}, {})
local names = {} for k in pairs(getmetatable(m)) do names[#names + 1] = k end
return #names
