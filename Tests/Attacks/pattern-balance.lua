-- Attacks: %b is quadratic
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
return ('('):rep(3e5):gsub('%b()', '')
