-- Attacks: an error value with a long name
-- Source: study of attacks, row 20
-- At top level: error
-- As handler: error
error(setmetatable({}, { __name = ("x"):rep(300000) }))
