-- Attacks: the path of C modules
-- Source: study of attacks, row 3
-- At top level: denied
-- As handler: denied
package.cpath = "/tmp/?.so"
