-- Attacks: paths of the host in error texts
-- Source: study of attacks, row 25
-- At top level: ok true
-- As handler: ok true
local _, message = pcall(function() error("x") end)
return message:find("/", 1, true) == nil
