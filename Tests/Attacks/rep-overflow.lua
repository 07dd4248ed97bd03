-- Attacks: a size that wraps around
-- Source: study of attacks, row 14; CC:Tweaked #1333
-- At top level: error
-- As handler: error
return ("xxxxxxxx"):rep(1 << 61)
