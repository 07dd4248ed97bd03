-- Attacks: 5.4.4 frees the table that it resizes
-- Source: Lua commit 983bc433
-- At top level: denied
-- As handler: denied
local m = {}
m.__newindex = setmetatable({}, m)
m.__mode = "kv"
local t = setmetatable({}, m)
for i = 1, 1e6 do t[i] = { i } end
