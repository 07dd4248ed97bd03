-- Attacks: replacements with a long capture
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local s = ("x"):rep(10000)
return #(s:gsub("(x*)", "%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1%1"))
