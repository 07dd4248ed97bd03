-- Attacks: malformed patterns
-- Source: promise: Budgets
-- At top level: ok 13
-- As handler: ok 13
local n = 0
for _, p in ipairs { "[", "[^", "[]", "%", "(", "%b", "%bx", "%f", "%1", "(()", "[a-", "[%", "%f[", ")" } do
  if not pcall(string.find, "aaa", p) then n = n + 1 end
end
return n
