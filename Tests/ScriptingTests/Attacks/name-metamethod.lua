-- error: a __name that lies
error(setmetatable({}, { __name = ('x'):rep(1e5) }))
