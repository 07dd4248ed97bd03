-- Attacks: a tail call out of a block with a value to close
-- Source: promise: Sandbox
-- At top level: ok "called closed"
-- As handler: ok "called closed"
local log = {}
local function g() log[#log + 1] = "called" return 1 end
local function f() local x <close> = setmetatable({}, { __close = function() log[#log + 1] = "closed" end }) return g() end
f()
return table.concat(log, " ")
