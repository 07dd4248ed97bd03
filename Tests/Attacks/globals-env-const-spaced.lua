-- Attacks: the same, with comments in between
-- Source: Lua commit 1f3c6f45
-- At top level: error
-- As handler: error
local _ENV --[[ x ]] <
  -- y
  const > = 1
return x
