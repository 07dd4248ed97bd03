-- Attacks: every global and every library field, compared with the allow-list
-- Source: study of a design
-- At top level: ok
-- As handler: ok
local names = {}
local function walk(prefix, t, depth)
  for k, v in pairs(t) do
    if v ~= _G then
      names[#names + 1] = prefix .. tostring(k)
      if type(v) == "table" and depth < 3 then walk(prefix .. k .. ".", v, depth + 1) end
    end
  end
end
walk("", _G, 0)
return table.concat(names, " ")
