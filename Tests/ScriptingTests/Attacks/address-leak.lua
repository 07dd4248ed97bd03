-- done: tostring gives no address
local a, b = tostring({}), string.format('%p', print) assert(#a < 20 and #b < 20)
