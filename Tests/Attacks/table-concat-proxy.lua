-- Attacks: concat of a proxy
-- Source: study of attacks, row 6
-- At top level: ok ""
-- As handler: ok ""
return table.concat(string)
