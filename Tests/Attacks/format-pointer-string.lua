-- Attacks: addresses of texts
-- Source: study of attacks, row 24
-- At top level: error
-- As handler: error
return string.format("%p", "text")
