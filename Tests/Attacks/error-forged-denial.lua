-- Attacks: a forged refusal is what it says
-- Source: promise: playhouse lua
-- At top level: error
-- As handler: error
error("attempt to index a nil value (global 'window')")
