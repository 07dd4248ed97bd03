-- error: finalizers are refused
setmetatable({}, { __gc = function() while true do end end })
