-- Attacks: replaces a whole library
-- Source: Kong #7133
-- At top level: ok "owned"
-- As handler: denied
string = { format = function() return "owned" end }
return string.format("%d", 1)
