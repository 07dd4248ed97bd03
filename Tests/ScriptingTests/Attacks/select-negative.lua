-- error: select outside its arguments
return select(-5, 1)
