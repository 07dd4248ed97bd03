-- Attacks: __close after the memory is used up
-- Source: promise: Sandbox
-- At top level: memory
-- As handler: memory
local function f()
  local x <close> = setmetatable({}, { __close = function() error("another error") end })
  local t = {} while true do t = { t } end
end
return pcall(f)
