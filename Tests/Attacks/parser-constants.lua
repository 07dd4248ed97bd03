-- Attacks: more constants than an instruction can name
-- Source: Lua commit c764ca71
-- At top level: memory
-- As handler: memory
local t = {
--% 19999 "'%d', "
'19999'}
return #t
