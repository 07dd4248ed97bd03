-- Attacks: a seed of one's own, and none: neither time nor address
-- Source: study of attacks, row 24
-- At top level: ok [742,50,614,false,"bad argument #1 to 'math.randomseed' (number expected, got string)"]
-- As handler: ok [742,50,614,false,"bad argument #1 to 'math.randomseed' (number expected, got string)"]
math.randomseed(42)
local a, b = math.random(1000), math.random(1000)
math.randomseed()
return { a, b, math.random(1000), pcall(math.randomseed, "x") }
