-- Attacks: remove from a proxy
-- Source: study of attacks, row 6
-- At top level: ok null
-- As handler: denied
return table.remove(_G)
