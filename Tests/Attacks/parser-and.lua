-- Attacks: the list of open jumps is walked for every `and`
-- Source: measured: 40,000 take two seconds in 5.4.4
-- At top level: error
-- As handler: error
local a = true
return
--% 8999 " a and"
 a
