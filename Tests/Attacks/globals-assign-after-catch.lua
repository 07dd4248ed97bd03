-- Attacks: nothing is left of a refused assignment
-- Source: promise: Sandbox
-- At top level: ok "number"
-- As handler: ok "nil"
pcall(function() leaked = 1 end)
local ok = pcall(rawset, _G, "leaked", 2)
return type(rawget(_G, "leaked"))
