-- error: the metatable of all texts
getmetatable('').__index = {}
