-- Attacks: the list of open jumps is walked for every `elseif`
-- Source: measured with 5.4.4
-- At top level: error
-- As handler: error
local a

--% 9000 "if a then\nelse"
if a then
end
