-- Attacks: C functions as __close after the end
-- Source: study of attacks, row 7
-- At top level: budget
-- As handler: budget
local many = {} for i = 1, 10000 do many[i] = i end
local m = { __close = next }
local function f(n) local x <close> = setmetatable(many, m) if n > 0 then return (f(n - 1)) end while true do end end
f(20000)
