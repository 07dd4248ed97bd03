-- Attacks: arithmetic of texts has metamethods of its own
-- Source: study of attacks, row 5
-- At top level: ok "15,32,-2false"
-- As handler: ok "15,32,-2false"
local m = getmetatable("") return ("10" + 5) .. "," .. ("0x10" * 2) .. "," .. -"2" .. tostring(m)
