-- Attacks: warnings go to the host's stderr
-- Source: study of a design
-- At top level: denied
-- As handler: denied
warn("@on", "hello")
