-- Attacks: a yield across sort
-- Source: promise: Sandbox
-- At top level: ok [false,"attempt to yield across a C-call boundary"]
-- As handler: ok [false,"attempt to yield across a C-call boundary"]
return coroutine.wrap(function() return { pcall(table.sort, { 3, 1, 2 }, coroutine.yield) } end)()
