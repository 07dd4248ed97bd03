-- Attacks: a write to a library
-- Source: study of attacks, row 6
-- At top level: denied
-- As handler: denied
utf8.charpattern = ".*"
