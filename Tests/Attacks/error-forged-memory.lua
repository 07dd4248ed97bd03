-- Attacks: a forged memory error ends the call: Lua takes this text for one
-- Source: ldo.c
-- At top level: memory
-- As handler: memory
return pcall(error, "not enough memory")
