-- Attacks: the error says where state belongs
-- Source: promise: Sandbox
-- At top level: ok "set at the top level"
-- As handler: ok "globals-assign-caught.lua:5: assignment to global 'leaked': keep state in room.state"
local ok, message = pcall(function() leaked = 1 end)
if ok then return "set at the top level" end
return message
