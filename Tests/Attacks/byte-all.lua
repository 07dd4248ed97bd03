-- Attacks: all bytes of a long text
-- Source: study of attacks, row 21
-- At top level: memory
-- As handler: memory
return select("#", (("x"):rep(300000)):byte(1, -1))
