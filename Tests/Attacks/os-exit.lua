-- Attacks: ends the process
-- Source: zepto8
-- At top level: denied
-- As handler: denied
os.exit(0)
