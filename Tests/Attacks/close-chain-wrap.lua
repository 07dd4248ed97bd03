-- Attacks: the same chain by errors in wrap
-- Source: Lua commit 1e64c139
-- At top level: error
-- As handler: error
local function f(n)
  local co = coroutine.wrap(function()
    local x <close> = setmetatable({}, { __close = function() f(n + 1) end })
    error("x")
  end)
  co()
end
f(1)
