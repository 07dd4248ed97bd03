-- Live values in an answer (FAQ-04): {price}, {price:PRODUCT}, {left:POOL} from the host at the moment of the answer;
-- every other name, such as {stock} or {shipping}, from the shop's back end.
local values = {}

local NO_DECIMALS = { JPY = true, KRW = true, VND = true }
local SIGNS = { CNY = "¥", USD = "US$", EUR = "€", JPY = "JP¥", GBP = "£" }

function values.money(minor, currency)
  local sign = SIGNS[currency] or currency .. " "
  if NO_DECIMALS[currency] then return sign .. minor end
  return string.format("%s%d.%02d", sign, minor // 100, minor % 100)
end

-- The names in an answer, each once.
function values.names(answer)
  local names, seen = {}, {}
  for name in answer:gmatch("{([%w_:%-]+)}") do
    if not seen[name] then seen[name], names[#names + 1] = true, name end
  end
  return names
end

local function of_host(room, name, product)
  local kind, subject = name:match("^(%a+):?(.*)$")
  if kind == "price" then
    local found = room.products.get(subject ~= "" and subject or product or "?")
    return true, found and found.priceMinor and values.money(found.priceMinor, found.currency)
  end
  if kind == "left" and subject ~= "" then
    -- A pool that the show does not have is an error of the shop's, and no reason to fail.
    local is_there, left = pcall(room.prizes.left, subject)
    return true, is_there and tostring(left) or nil
  end
  return false, nil
end

-- Fills what the host knows, and what `facts` of the back end say. Returns the answer, or nil and the names that are
-- missing; `foreign` lists those that a back end could still tell.
function values.fill(room, answer, product, facts)
  local missing, foreign, found = {}, {}, {}
  for _, name in ipairs(values.names(answer)) do
    local is_of_host, value = of_host(room, name, product)
    if not is_of_host then
      value = facts and facts[name]
      if value == nil and not facts then foreign[#foreign + 1] = name end
    end
    if type(value) == "string" or math.type(value) == "integer" then
      found[name] = tostring(value)
    else
      missing[#missing + 1] = name
    end
  end
  if #missing > 0 then return nil, missing, foreign end
  return (answer:gsub("{([%w_:%-]+)}", found))
end

return values
