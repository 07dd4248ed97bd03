-- Attacks: a text that begins like bytecode, further in
-- Source: study of attacks, row 1
-- At top level: ok "\u001bLua"
-- As handler: ok "\u001bLua"
-- the first byte is what counts
return "\27Lua"
