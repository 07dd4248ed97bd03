-- done|error|memory: byte of all of a long text
return ('x'):rep(3e5):byte(1, -1)
