-- Attacks: runs a file
-- Source: study of attacks, row 3
-- At top level: denied
-- As handler: denied
return dofile("/etc/passwd")
