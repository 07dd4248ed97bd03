-- Attacks: removes a function
-- Source: Redis #2853
-- At top level: ok null
-- As handler: denied
pcall = nil
return pcall
