-- error: another plugin's string.format
string.format = function() return 'owned' end
