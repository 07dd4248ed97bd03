-- error: 5.4.4 of Debian uses freed memory in __concat
local m = {} local t = setmetatable({}, m) m.__concat = function() local function deep(n) if n > 0 then deep(n - 1) end return 'x' end return deep(150) end local s = 'a' .. t .. 'b'
