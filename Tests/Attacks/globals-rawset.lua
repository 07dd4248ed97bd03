-- Attacks: rawset around the freeze
-- Source: study of attacks, row 6; Redis #2853
-- At top level: ok 1
-- As handler: denied
rawset(_G, "leaked", 1)
return leaked
