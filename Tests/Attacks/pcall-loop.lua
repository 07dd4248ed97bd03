-- Attacks: an exhausted budget cannot be caught in a loop
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
while true do pcall(function() while true do end end) end
