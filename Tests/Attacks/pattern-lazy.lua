-- Attacks: lazy repetitions
-- Source: study of attacks, row 12; Garry's Mod 1878
-- At top level: budget
-- As handler: budget
return ("a"):rep(200):match((".-"):rep(8) .. "b")
