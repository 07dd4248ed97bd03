-- Attacks: deep C calls within each closing
-- Source: Lua commit 1e64c139
-- At top level: error
-- As handler: error
local function deep(n, f) return ("x"):gsub("x", function() if n == 0 then f() else deep(n - 1, f) end end) end
local function chain(n)
  local co = coroutine.create(function()
    local x <close> = setmetatable({}, { __close = function() deep(180, function() chain(n + 1) end) end })
    coroutine.yield()
  end)
  coroutine.resume(co)
  assert(coroutine.close(co))
end
chain(1)
