-- Attacks: an error in __close in place of the memory error
-- Source: promise: Sandbox
-- At top level: memory
-- As handler: memory
for i = 1, 10 do
  pcall(function()
    local x <close> = setmetatable({}, { __close = function() error("swallowed", 0) end })
    local s = "x" while true do s = s .. s end
  end)
end
return "survived"
