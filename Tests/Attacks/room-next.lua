-- Attacks: walks over the room
-- Source: study of attacks, row 23
-- At top level: error
-- As handler: ok true
local names = {} for k, v in pairs(room) do names[#names + 1] = k end
return #names > 3
