-- Attacks: gsub at every position
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
return #(("x"):rep(100000):gsub("", "yyyy"))
