-- Attacks: rawset into a library
-- Source: study of attacks, row 6
-- At top level: denied
-- As handler: denied
rawset(math, "pi", 3)
