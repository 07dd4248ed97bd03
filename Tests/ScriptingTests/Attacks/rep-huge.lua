-- error: rep of much
return ('x'):rep(1 << 40)
