-- budget: handlers inside handlers
local function h() xpcall(function() while true do end end, h) h() end h()
