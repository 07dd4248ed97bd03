-- Attacks: functions nested too deep
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error

--% 1000 "return function() "
return 1
--% 1000 " end"

