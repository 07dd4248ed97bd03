-- Attacks: a method for all texts
-- Source: study of attacks, row 5; OpenComputers #236
-- At top level: denied
-- As handler: denied
string.evil = function() return "owned" end
return ("x"):evil()
