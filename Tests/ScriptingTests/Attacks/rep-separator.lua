-- error: rep whose size overflows
return ('x'):rep(1 << 61, ('y'):rep(8))
