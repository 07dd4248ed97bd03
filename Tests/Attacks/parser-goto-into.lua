-- Attacks: a jump into the scope of a local
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
goto x
local y = 1
::x:: print(y)
