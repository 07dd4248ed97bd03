-- Attacks: gsub multiplies
-- Source: study of attacks
-- At top level: memory
-- As handler: memory
return (('x'):rep(1e4):gsub('', ('y'):rep(1e4)))
