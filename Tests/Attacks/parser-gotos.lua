-- Attacks: very many jumps to one label
-- Source: measured with 5.4.4
-- At top level: ok 1
-- As handler: ok 1
do
--% 12000 "\ndo goto z end"

::z:: end
return 1
