-- Attacks: a result that is a function
-- Source: study of attacks, row 20
-- At top level: ok "function"
-- As handler: ok "function"
return function() end
