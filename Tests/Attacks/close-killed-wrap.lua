-- Attacks: wrap closes a coroutine that died of the budget
-- Source: study of attacks, row 10
-- At top level: budget
-- As handler: budget
local co = coroutine.wrap(function()
  local x <close> = setmetatable({}, { __close = function() while true do end end })
  while true do end
end)
while true do pcall(co) end
