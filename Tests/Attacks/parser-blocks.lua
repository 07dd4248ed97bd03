-- Attacks: blocks nested too deep
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error

--% 5000 "do "

--% 5000 "end "

