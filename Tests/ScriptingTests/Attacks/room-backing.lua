-- done: what is behind room.state cannot be reached
for k, v in pairs(room.state) do assert(type(k) == 'string') end local k = next(room.state) assert(k == 'a') k = next(room.state, k) assert(k == nil)
