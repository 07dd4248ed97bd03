-- Attacks: a metamethod name as a global
-- Source: study of attacks, row 6
-- At top level: ok null
-- As handler: denied
__index = function() return "owned" end
return undefined_name
