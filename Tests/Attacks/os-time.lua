-- Attacks: a clock
-- Source: rule 4 of the design
-- At top level: denied
-- As handler: denied
return os.time()
