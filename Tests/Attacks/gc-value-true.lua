-- Attacks: a placeholder for a finalizer
-- Source: study of attacks, row 7; OpenComputers #1632
-- At top level: denied
-- As handler: denied
setmetatable({}, { __gc = true })
