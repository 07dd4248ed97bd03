-- error: no load, no dump
local f = load or loadstring f('\27Lua')
