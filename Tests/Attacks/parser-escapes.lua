-- Attacks: bad escapes in texts
-- Source: promise: Sandbox
-- At top level: error
-- As handler: error
return '\u{7FFFFFFF}' .. '\u{FFFFFFFFF}'
