-- Entries of the shop, as they were found.
local shop = {}

function shop.copy(entry)
  return {
    id = entry.id, version = entry.version, question = entry.question, answer = entry.answer,
    language = entry.language, product = entry.product, category = entry.category,
  }
end

-- The best three, as they are now: what is changed later in the shop does not change them.
function shop.best(entries)
  local copies = {}
  for index = 1, math.min(3, #(entries or {})) do copies[index] = shop.copy(entries[index]) end
  return copies
end

-- Whether two entries are the same answer in two languages, and no rivals.
function shop.is_twin(one, other)
  return other ~= nil and one.product == other.product and one.category == other.category
    and one.language ~= other.language
end

return shop
