-- Attacks: require within a file
-- Source: study of attacks, row 19
-- At top level: ok false
-- As handler: ok false
local function f() return pcall(require, "lib.none") and f() end
return f()
