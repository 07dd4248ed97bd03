-- Attacks: a yield across gsub
-- Source: promise: Sandbox
-- At top level: ok [false,"attempt to yield across a C-call boundary"]
-- As handler: ok [false,"attempt to yield across a C-call boundary"]
return coroutine.wrap(function() return { pcall(string.gsub, "abc", ".", coroutine.yield) } end)()
