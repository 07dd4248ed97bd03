-- Attacks: a set of many characters
-- Source: study of attacks, row 12
-- At top level: budget
-- As handler: budget
local set = "[" .. ("b"):rep(100000) .. "]"
return (("a"):rep(100000)):find(set)
