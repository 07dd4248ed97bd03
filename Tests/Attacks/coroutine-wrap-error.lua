-- Attacks: errors of a wrapped coroutine keep their value
-- Source: promise: Sandbox
-- At top level: ok 7
-- As handler: ok 7
local ok, e = pcall(coroutine.wrap(function() error({ code = 7 }) end))
return e.code
