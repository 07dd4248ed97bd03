-- Attacks: table functions that write into the globals
-- Source: study of attacks, row 6
-- At top level: ok null
-- As handler: denied
table.move({ "owned" }, 1, 1, 1, _G)
