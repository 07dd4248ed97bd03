-- Attacks: gmatch after "pattern too complex"
-- Source: study of the library's faults; Lua commit efddc230
-- At top level: ok 200
-- As handler: ok 200
local next_match = (("a"):rep(300000)):gmatch(("a?"):rep(250) .. "b")
local failed = 0
for i = 1, 200 do if not pcall(next_match) then failed = failed + 1 end end
return failed
