-- Attacks: a text of 200 KB
-- Source: study of attacks, row 17
-- At top level: ok 200000
-- As handler: ok 200000
return #'
--% 200000 "x"
'
