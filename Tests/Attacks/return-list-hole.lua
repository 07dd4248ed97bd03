-- Attacks: a list with a hole
-- Source: study of attacks, row 20
-- At top level: ok {"1":1,"3":3}
-- As handler: ok {"1":1,"3":3}
return { 1, nil, 3 }
