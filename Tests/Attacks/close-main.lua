-- Attacks: closes the main coroutine
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
return coroutine.close((coroutine.running()))
