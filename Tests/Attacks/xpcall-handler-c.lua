-- Attacks: a C function as handler
-- Source: study of attacks, row 9
-- At top level: ok [false,"error in error handling"]
-- As handler: ok [false,"error in error handling"]
return { xpcall(error, string.rep, 3) }
