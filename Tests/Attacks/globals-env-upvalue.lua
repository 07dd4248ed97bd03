-- Attacks: the environment through a closure
-- Source: Luanti #3788
-- At top level: ok true
-- As handler: ok true
local function f() return _ENV end
return f() == _G, rawequal(f(), _G)
