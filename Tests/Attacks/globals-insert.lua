-- Attacks: library functions respect the freeze
-- Source: study of attacks
-- At top level: ok null
-- As handler: denied
table.insert(_ENV, 1)
