-- Attacks: a looping message handler
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
xpcall(error, function() while true do end end)
