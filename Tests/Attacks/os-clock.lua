-- Attacks: a clock for timing attacks
-- Source: rule 4 of the design
-- At top level: denied
-- As handler: denied
return os.clock()
