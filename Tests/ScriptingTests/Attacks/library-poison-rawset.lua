-- error: another plugin's string.format
rawset(string, 'format', nil)
