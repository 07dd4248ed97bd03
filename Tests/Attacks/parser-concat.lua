-- Attacks: a concatenation of very many values
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local a = 'x'
return #(
--% 4999 "a.."
a)
