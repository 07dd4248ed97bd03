-- Attacks: a seed of one's own
-- Source: study of attacks, row 24
-- At top level: denied
-- As handler: denied
return math.randomseed(os)
