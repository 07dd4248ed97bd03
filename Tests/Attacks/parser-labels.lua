-- Attacks: very many labels and jumps
-- Source: measured with 5.4.4
-- At top level: error
-- As handler: error
do goto z0 goto z1 goto z2 goto z3 goto z4 goto z5 goto z6 goto z7 goto z8
--% 9000 " ::z%d::"
 end
