-- Attacks: a yield in __close where nobody resumes
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
local x <close> = setmetatable({}, { __close = coroutine.yield })
