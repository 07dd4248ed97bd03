-- Attacks: functions take the environment of their chunk
-- Source: study of attacks, row 2
-- At top level: ok 7
-- As handler: ok 7
local function f(_ENV) return x end
return f({ x = 7 })
