-- Attacks: a result whose metamethods would run in the host
-- Source: study of attacks, row 20
-- At top level: ok [1]
-- As handler: ok [1]
return setmetatable({ 1 }, { __index = function() while true do end end, __len = function() while true do end end,
  __pairs = function() while true do end end, __tostring = function() while true do end end })
