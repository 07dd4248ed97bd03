-- Attacks: a range that overflows
-- Source: study of attacks, row 21; Redis CVE-2025-46817
-- At top level: ok false
-- As handler: ok false
return pcall(table.unpack, {}, math.mininteger, math.maxinteger)
