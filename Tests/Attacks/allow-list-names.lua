-- Attacks: names of the stock library that must not be there
-- Source: study of attacks, row 3; Redis CVE-2022-0543, Factorio CVE-2017-11615
-- At top level: ok ""
-- As handler: ok ""
local found = {}
for _, name in ipairs { "load", "loadstring", "loadfile", "dofile", "collectgarbage", "io", "os", "debug", "package",
  "warn", "module", "setfenv", "getfenv", "newproxy", "jit", "ffi", "redis", "ngx", "arg", "unpack" } do
  if _G[name] ~= nil then found[#found + 1] = name end
end
return table.concat(found, " ")
