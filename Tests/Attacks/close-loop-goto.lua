-- Attacks: a loop with a closing value left by goto
-- Source: Lua commit 997f11f5
-- At top level: ok 20
-- As handler: ok 20
local closed = 0
local value = setmetatable({}, { __close = function() closed = closed + 1 end })
for i = 1, 10 do
  for k in next, { 1 }, nil, value do local function f() return k end goto out end
  ::out::
  local x <close> = value
end
return closed
