-- Attacks: a weak table, whose contents depend on the collector
-- Source: study of determinism
-- At top level: denied
-- As handler: denied
setmetatable({}, { __mode = "kv" })
