-- Attacks: random numbers
-- Source: study of attacks, row 24
-- At top level: ok [198,235,277,936,628,803,231,158,546,465,722,167,242,54,472,806,136,48,449,432]
-- As handler: ok [198,235,277,936,628,803,231,158,546,465,722,167,242,54,472,806,136,48,449,432]
local r = {}
for i = 1, 20 do r[i] = math.random(1000) end
return r
