-- Attacks: __close after the budget is used up
-- Source: promise: Sandbox
-- At top level: budget
-- As handler: budget
local ran = 0
pcall(function()
  local x <close> = setmetatable({}, { __close = function() ran = ran + 1 while true do end end })
  while true do end
end)
return ran
