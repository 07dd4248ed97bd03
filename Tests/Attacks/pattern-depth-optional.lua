-- Attacks: optional characters, each a C call
-- Source: study of attacks, row 19; Lua commit efddc230
-- At top level: ok "pattern too complex"
-- As handler: ok "pattern too complex"
return select(2, pcall(string.find, ("a"):rep(300), ("a?"):rep(300)))
