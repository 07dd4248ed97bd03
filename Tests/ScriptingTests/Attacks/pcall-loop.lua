-- budget: an exhausted budget cannot be caught in a loop
while true do pcall(function() while true do end end) end
