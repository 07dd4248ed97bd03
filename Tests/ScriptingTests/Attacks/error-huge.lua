-- error: an error text of 300 KB
error(('x'):rep(3e5))
