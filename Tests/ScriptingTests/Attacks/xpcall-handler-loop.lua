-- budget: a looping message handler
xpcall(error, function() while true do end end)
