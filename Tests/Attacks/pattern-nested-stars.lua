-- Attacks: stacked repetitions
-- Source: study of attacks, row 12; OpenComputers #648
-- At top level: budget
-- As handler: budget
return ("a"):rep(30):match(("a*"):rep(15) .. "b")
