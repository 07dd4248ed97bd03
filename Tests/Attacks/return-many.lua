-- Attacks: many results
-- Source: promise: playhouse lua
-- At top level: ok null
-- As handler: ok null
return table.unpack({}, 1, 8000)
