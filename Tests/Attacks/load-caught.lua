-- Attacks: load is not there, caught
-- Source: study of attacks, row 2
-- At top level: ok false
-- As handler: ok false
return pcall(function() return load("return 1") end)
