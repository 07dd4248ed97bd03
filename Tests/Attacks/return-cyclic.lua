-- Attacks: a result that contains itself
-- Source: study of attacks, row 20; Redis CVE-2022-24834
-- At top level: ok "table"
-- As handler: ok "table"
local t = {} t.self = t return t
