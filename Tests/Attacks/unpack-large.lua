-- Attacks: results without end
-- Source: study of attacks, row 21
-- At top level: error
-- As handler: error
return select("#", table.unpack({}, 1, 1e7))
