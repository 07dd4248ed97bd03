-- Attacks: many arguments through resume
-- Source: study of attacks, row 15
-- At top level: budget
-- As handler: budget
local t = {} for i = 1, 8000 do t[i] = i end
local co = coroutine.wrap(function(...) while true do coroutine.yield(...) end end)
while true do co(table.unpack(t)) end
