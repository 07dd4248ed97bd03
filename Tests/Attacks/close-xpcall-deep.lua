-- Attacks: the same with a handler high up in the stack
-- Source: Lua commit 3fe7be95
-- At top level: ok [false,"one"]
-- As handler: ok [false,"one"]
local co = coroutine.create(function()
  local x <close> = setmetatable({}, { __close = function()
    pcall(error) for i = 1, 100000 do local t = {} end error("one") end })
  local function f(n) if n == 0 then xpcall(coroutine.yield, function(m) return m end) else f(n - 1) end return 1 end
  f(5000)
end)
coroutine.resume(co)
for i = 1, 10000 do local garbage = {} end
local ok, message = coroutine.close(co)
return { ok, (message:gsub("^.-: ", "")) }
