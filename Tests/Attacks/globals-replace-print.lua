-- Attacks: replaces a function that is there
-- Source: Redis #2853
-- At top level: ok "owned"
-- As handler: denied
print = function() return "owned" end
return print()
