-- Attacks: no load, no dump
-- Source: study of attacks
-- At top level: error
-- As handler: error
local f = load or loadstring f('\27Lua')
