-- Attacks: a loop with a closing value left by return and by error
-- Source: promise: Sandbox
-- At top level: ok 2
-- As handler: ok 2
local closed = 0
local value = setmetatable({}, { __close = function() closed = closed + 1 end })
local function f() for k in next, { 1 }, nil, value do local function g() return k end return g end end
f() pcall(function() for k in next, { 1 }, nil, value do local function g() return k end error("x") end end)
return closed
