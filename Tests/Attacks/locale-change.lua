-- Attacks: numbers of another locale
-- Source: study of determinism
-- At top level: ok false
-- As handler: ok false
return pcall(function() return os.setlocale("de_DE") end)
