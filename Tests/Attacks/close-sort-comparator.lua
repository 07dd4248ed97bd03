-- Attacks: a comparator that leaves values to close
-- Source: promise: Sandbox
-- At top level: ok true
-- As handler: ok true
local closed = 0
local m = { __close = function() closed = closed + 1 end }
local t = {} for i = 1, 50 do t[i] = 50 - i end
pcall(table.sort, t, function(a, b) local x <close> = setmetatable({}, m) if a == 7 then error("x") end return a < b end)
return closed > 10
