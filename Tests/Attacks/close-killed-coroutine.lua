-- Attacks: a coroutine that died of the budget is closed
-- Source: study of attacks, row 10
-- At top level: budget
-- As handler: budget
local ran = false
local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function() ran = true while true do end end })
  while true do end
end)
pcall(coroutine.resume, co)
coroutine.close(co)
return ran
