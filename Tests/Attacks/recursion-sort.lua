-- Attacks: sort within a comparator
-- Source: study of attacks, row 19
-- At top level: error
-- As handler: error
local function f() table.sort({ 1, 2 }, function() f() end) end
f()
