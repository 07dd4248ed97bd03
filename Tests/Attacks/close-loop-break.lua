-- Attacks: 5.4.4 forgets the closing value of a loop that is left by break
-- Source: Lua commit 997f11f5
-- At top level: ok 1
-- As handler: ok 1
local closed = 0
local value = setmetatable({}, { __close = function() closed = closed + 1 end })
local function test()
  do for k, v in next, { 1 }, nil, value do local function f() return k end break end end
  local seen = closed
  local x <close> = value
  return seen
end
return test(), closed
