-- Attacks: nothing can be timed
-- Source: rule 4 of the design
-- At top level: ok 0
-- As handler: ok 0
local clocks = { rawget(_G, "os"), rawget(_G, "room") and room.now }
return #clocks
