-- done|error|memory|budget: a handler that fails
local function h(m) return h(m) end return xpcall(error, h)
