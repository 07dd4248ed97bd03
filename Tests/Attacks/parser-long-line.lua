-- Attacks: a line of 200 KB
-- Source: promise: Sandbox
-- At top level: ok 1
-- As handler: ok 1
return 1
--% 200000 " "

