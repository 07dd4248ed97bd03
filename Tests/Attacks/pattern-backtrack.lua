-- Attacks: stacked repetitions
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
return ('a'):rep(40):find(('a*'):rep(20) .. 'b')
