-- Attacks: the same, nested and repeated, with collections
-- Source: Lua commit 997f11f5
-- At top level: ok 360
-- As handler: ok 360
local closed = 0
local value = setmetatable({}, { __close = function() closed = closed + 1 end })
local function inner(n)
  for i = 1, 3 do
    for k in next, { 1 }, nil, value do
      for l in next, { 2 }, nil, value do local function f() return k, l end break end
      local function g() return k end
      if n > 0 then inner(n - 1) end
      break
    end
    local a <close>, b = value, i
  end
end
inner(3)
return closed
