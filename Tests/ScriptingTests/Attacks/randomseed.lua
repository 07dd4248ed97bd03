-- error: no randomseed
math.randomseed(1)
