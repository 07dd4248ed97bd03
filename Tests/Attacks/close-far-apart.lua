-- Attacks: variables to be closed that are more than 65535 slots apart
-- Source: lfunc.c MAXDELTA
-- At top level: ok 3
-- As handler: ok 3
local closed = 0
local m = { __close = function() closed = closed + 1 end }
local function deep(n) if n == 0 then local x <close> = setmetatable({}, m) return 1 end return (deep(n - 1)) end
local function f() local a <close> = setmetatable({}, m) deep(25000) local b <close> = setmetatable({}, m) end
f()
return closed
