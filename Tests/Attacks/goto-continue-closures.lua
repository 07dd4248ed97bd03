-- Attacks: closures of a loop that is jumped through
-- Source: Lua's own tests
-- At top level: ok [2,3,4]
-- As handler: ok [2,3,4]
local fs = {}
for i = 1, 3 do local j = i if i == 2 then goto continue end fs[#fs + 1] = function() j = j + 1 return j end ::continue:: end
return { fs[1](), fs[1](), fs[2]() }
