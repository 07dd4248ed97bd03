-- Attacks: codepoint of all of a long text
-- Source: study of attacks
-- At top level: ok 120
-- As handler: ok 120
return utf8.codepoint(('x'):rep(3e5), 1, -1)
