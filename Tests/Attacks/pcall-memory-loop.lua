-- Attacks: caught memory errors, each a full collection
-- Source: study of attacks, row 18
-- At top level: memory
-- As handler: memory
while true do pcall(string.rep, "x", 300000) local t = {} pcall(function() while true do t = { t } end end) end
