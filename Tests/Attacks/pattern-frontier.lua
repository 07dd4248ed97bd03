-- Attacks: %f without a set
-- Source: study of attacks
-- At top level: error
-- As handler: error
return ('a'):find('%f')
