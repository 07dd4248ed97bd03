-- Attacks: proxies are equal to themselves only
-- Source: study of attacks, row 6
-- At top level: ok true
-- As handler: ok true
return rawequal(_G, _ENV), rawequal(string, table), rawlen(_G), rawget(string, "format") == string.format
