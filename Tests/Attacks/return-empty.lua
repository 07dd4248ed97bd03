-- Attacks: an empty table
-- Source: study of attacks, row 20
-- At top level: ok {}
-- As handler: ok {}
return {}
