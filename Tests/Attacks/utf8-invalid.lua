-- Attacks: texts that are not UTF-8
-- Source: promise: Budgets
-- At top level: ok null
-- As handler: ok null
return utf8.len("\xff"), pcall(utf8.codepoint, "\xff"), pcall(utf8.char, -1)
