-- Attacks: next on the globals
-- Source: study of attacks, row 6
-- At top level: ok 27
-- As handler: ok 27
local count, key = 0, nil
repeat key = next(_G, key) count = count + 1 until key == nil
return count
