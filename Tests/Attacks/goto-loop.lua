-- Attacks: a loop of goto
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
::again:: goto again
