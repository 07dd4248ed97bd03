-- Attacks: too many captures
-- Source: study of attacks
-- At top level: error
-- As handler: error
return ('a'):find(('()'):rep(40))
