-- Attacks: stops the collector
-- Source: study of attacks, row 22
-- At top level: denied
-- As handler: denied
collectgarbage("stop")
