-- error: no string.dump
return ('').dump(function() end)
