-- Attacks: the name made of pieces
-- Source: study of attacks, row 7
-- At top level: denied
-- As handler: denied
local key = "__" .. ("cg"):reverse()
setmetatable({}, { [key] = print })
