-- Attacks: what is known of the caller
-- Source: promise: Sandbox
-- At top level: ok false
-- As handler: ok false
return coroutine.isyieldable(), select(2, coroutine.running())
