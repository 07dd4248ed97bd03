-- Attacks: an error in __close in place of the end
-- Source: promise: Sandbox
-- At top level: budget
-- As handler: budget
for i = 1, 10 do
  pcall(function()
    local x <close> = setmetatable({}, { __close = function() error("swallowed", 0) end })
    while true do end
  end)
end
return "survived"
