-- Attacks: a text's metatable through its methods
-- Source: study of attacks, row 5; Luanti #11133
-- At top level: error
-- As handler: error
("x").rep = function() return "owned" end
