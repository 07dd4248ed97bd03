-- Entries and findings as the shop's knowledge tells them.
local entries = {}

function entries.entry(id, more)
  local entry = {
    id = id, version = "v1", question = id .. " question?", answer = id .. " answer", language = "zh", category = "general",
  }
  for name, value in pairs(more or {}) do entry[name] = value end
  return entry
end

function entries.finding(list, more)
  local finding = {
    band = "answer", question = true, score = 0.97, margin = 0.9, edition = "e1", entries = list,
  }
  for name, value in pairs(more or {}) do finding[name] = value end
  return finding
end

return entries
