-- Attacks: a __name that is a table
-- Source: study of attacks, row 20
-- At top level: ok "table: 0x00000001"
-- As handler: ok "table: 0x00000001"
return tostring(setmetatable({}, { __name = {} }))
