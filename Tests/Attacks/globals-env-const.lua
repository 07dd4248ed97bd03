-- Attacks: 5.4.4 makes wrong code for a constant _ENV
-- Source: Lua commit 1f3c6f45
-- At top level: error
-- As handler: error
local a, b, c, d, e, f, g, h, i, j
local function read() local _ENV <const> = 1 return x end
return read()
