-- Attacks: handlers inside handlers
-- Source: study of attacks
-- At top level: budget
-- As handler: budget
local function h() xpcall(function() while true do end end, h) h() end h()
