-- Attacks: a key as number and as text
-- Source: study of attacks, row 20
-- At top level: ok "table"
-- As handler: ok "table"
return { [1] = "a", ["1"] = "b", [3] = "c" }
