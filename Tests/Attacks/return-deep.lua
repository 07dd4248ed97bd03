-- Attacks: a result of many levels
-- Source: study of attacks, row 20; Redis CVE-2022-24834
-- At top level: ok "table"
-- As handler: ok "table"
local t = {} for i = 1, 10000 do t = { t } end return t
