-- Attacks: deep stacks in many coroutines
-- Source: study of attacks, row 17
-- At top level: memory
-- As handler: memory
local keep = {}
for i = 1, 1e6 do
  keep[i] = coroutine.create(function() local function f(n) if n == 0 then coroutine.yield() end return (f(n - 1)) end f(2000) end)
  coroutine.resume(keep[i])
end
