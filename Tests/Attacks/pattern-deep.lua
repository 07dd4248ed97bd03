-- Attacks: a pattern nested too deep
-- Source: study of attacks
-- At top level: error
-- As handler: error
return ('a'):rep(1e4):find(('(a'):rep(31) .. ('a?'):rep(3000))
