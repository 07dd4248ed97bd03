-- budget: a loop with nothing in it
for i = 1, math.maxinteger do end
