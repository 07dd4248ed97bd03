-- Attacks: loads a C library
-- Source: study of attacks, row 3; Factorio CVE-2017-11615
-- At top level: denied
-- As handler: denied
return package.loadlib("/lib/x86_64-linux-gnu/libc.so.6", "system")
