-- Attacks: errors in many __close, each in place of the last
-- Source: promise: Sandbox
-- At top level: ok 101
-- As handler: ok 101
local function f(n)
  local x <close> = setmetatable({}, { __close = function(_, e) error((e or 0) + 1, 0) end })
  if n > 0 then f(n - 1) end
end
local _, last = pcall(f, 100)
return last
