-- Attacks: a C function as __concat
-- Source: study of the library's faults
-- At top level: denied
-- As handler: denied
return setmetatable({}, { __concat = math.max }) .. 1
