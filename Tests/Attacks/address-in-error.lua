-- Attacks: addresses in error texts
-- Source: study of attacks, row 24
-- At top level: ok "address-in-error.lua:5: attempt to compare two table values"
-- As handler: ok "address-in-error.lua:5: attempt to compare two table values"
return select(2, pcall(function() local t = {} return t < {} end)), select(2, pcall(error, print))
