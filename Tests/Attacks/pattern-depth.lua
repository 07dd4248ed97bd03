-- Attacks: more captures inside each other than there may be
-- Source: study of attacks, row 19
-- At top level: ok false
-- As handler: ok false
return pcall(string.find, "a", ("("):rep(33) .. "a" .. (")"):rep(33))
