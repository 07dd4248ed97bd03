-- error|done: a pattern nested too deep
return ('a'):rep(1e4):find(('(a'):rep(31) .. ('a?'):rep(3000))
