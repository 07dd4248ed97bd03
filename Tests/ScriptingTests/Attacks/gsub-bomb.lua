-- memory: gsub multiplies
return (('x'):rep(1e4):gsub('', ('y'):rep(1e4)))
