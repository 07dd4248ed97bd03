-- Attacks: full up to the limit, then garbage: every allocation costs a collection
-- Source: study of attacks, row 18
-- At top level: memory
-- As handler: memory
local keep, chain = {}, nil
for i = 1, 149000 do keep[i] = { i } end
for i = 1, 40000 do chain = { chain } if i % 100 == 0 then local garbage = { 1, 2, 3 } end end
while true do local garbage = { 1 } end
