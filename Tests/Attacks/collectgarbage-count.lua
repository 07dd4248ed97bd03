-- Attacks: memory in use, which varies
-- Source: study of determinism
-- At top level: denied
-- As handler: denied
return collectgarbage("count")
