-- Attacks: a handler for memory errors
-- Source: study of attacks, row 9
-- At top level: memory
-- As handler: memory
xpcall(function() local s = "x" while true do s = s .. s end end, function() while true do end end)
