-- Attacks: a yield in __close
-- Source: promise: Sandbox
-- At top level: ok [1,2,3,"end"]
-- As handler: ok [1,2,3,"end"]
local co = coroutine.wrap(function()
  local x <close> = setmetatable({}, { __close = function() for i = 1, 3 do coroutine.yield(i) end end })
  return "end"
end)
return { co(), co(), co(), co() }
