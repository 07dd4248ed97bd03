-- Attacks: %b on many openings
-- Source: study of attacks, row 12
-- At top level: budget
-- As handler: budget
return (("("):rep(200000)):find("%b()")
