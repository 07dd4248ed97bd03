-- done|error|memory: codepoint of all of a long text
return utf8.codepoint(('x'):rep(3e5), 1, -1)
