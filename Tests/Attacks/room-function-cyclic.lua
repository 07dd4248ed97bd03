-- Attacks: an argument that contains itself
-- Source: study of attacks, row 20; Redis CVE-2022-24834
-- At top level: error
-- As handler: error
local t = {} t.t = t room.log("info", t)
