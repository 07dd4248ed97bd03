-- Attacks: ten thousand values to close at once
-- Source: promise: Sandbox
-- At top level: ok 10001
-- As handler: ok 10001
local closed = 0
local m = { __close = function() closed = closed + 1 end }
local function f(n) local x <close> = setmetatable({}, m) if n > 0 then return (f(n - 1)) end end
f(10000)
return closed
