-- Attacks: a host function in a coroutine that outlives the call
-- Source: promise: Contract
-- At top level: error
-- As handler: ok true
local log = room.log
local co = coroutine.wrap(function() while true do log("info", "x") coroutine.yield() end end)
co() co()
return true
