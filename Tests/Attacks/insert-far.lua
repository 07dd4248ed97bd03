-- Attacks: insert outside the list
-- Source: study of attacks
-- At top level: error
-- As handler: error
return table.insert({}, 1 << 62, 1)
