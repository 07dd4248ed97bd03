-- Attacks: loads bytecode
-- Source: study of attacks, row 1; Redis CVE-2015-4335
-- At top level: denied
-- As handler: denied
return load("\27Lua\84\0\25\147\13\10\26\10\4\8\8")
