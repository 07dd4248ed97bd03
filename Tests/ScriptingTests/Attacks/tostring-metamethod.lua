-- error: an error value whose __tostring would run in the host
error(setmetatable({}, { __tostring = function() while true do end end }))
