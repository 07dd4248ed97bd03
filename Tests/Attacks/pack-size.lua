-- Attacks: sizes that overflow
-- Source: study of attacks, row 21; Redis CVE-2025-46817
-- At top level: ok false
-- As handler: ok false
return pcall(string.packsize, ("c2147483647"):rep(5))
