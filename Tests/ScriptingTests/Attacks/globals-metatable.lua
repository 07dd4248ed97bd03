-- error: _ENV has no metatable to take off
setmetatable(_ENV, nil) x = 1
