-- Attacks: tostring gives no address
-- Source: study of attacks
-- At top level: ok null
-- As handler: ok null
local a, b = tostring({}), string.format('%p', print) assert(#a < 20 and #b < 20)
