-- Attacks: a loop with nothing in it
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
for i = 1, math.maxinteger do end
